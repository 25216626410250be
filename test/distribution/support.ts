import { inspect } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { atom, tuple, type Term } from "../../src/terms/term.js";
import { ProblemError } from "../../src/terms/problem.js";
import type { Outcome } from "../../src/target/target.js";
import { connect, type ConnectOptions, type RemoteNode } from "../../src/distribution/index.js";
import { startNode, type NodeOptions, type PeerNode } from "../support/peer.js";

/** What the tests on real nodes share. */

/** One node for a suite: started before its tests, gone after them. */
export function useNode(options: NodeOptions = {}): () => PeerNode {
  let node: PeerNode | undefined;
  beforeAll(async () => {
    node = await startNode(options);
  });
  afterAll(async () => {
    await node?.stop();
  });
  return () => node!;
}

/** Connects to a node of ours. */
export function connectTo(node: PeerNode, options: Partial<ConnectOptions> = {}): Promise<RemoteNode> {
  const base = { node: node.name, cookie: node.cookie, timeoutMs: 30_000, epmdPort: node.epmdPort };
  return connect({ ...base, ...options });
}

/** The error that connecting ends with. It must be a ProblemError that doesn't show the cookie. */
export async function connectError(options: ConnectOptions): Promise<ProblemError> {
  try {
    await using target = await connect(options);
    throw new Error(`connected to ${target.identity.node}`);
  } catch (error) {
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    const secret = typeof options.cookie === "string" && options.cookie !== "" ? options.cookie : undefined;
    expect(secret !== undefined && shown.includes(secret), "the cookie is shown").toBe(false);
    if (!(error instanceof ProblemError)) throw error;
    return error;
  }
}

/** The code of that error. */
export async function connectCode(options: ConnectOptions): Promise<string> {
  return (await connectError(options)).problems[0]!.code;
}

/** An outcome as a term, to be compared with what Erlang says. */
export function outcomeTerm(outcome: Outcome): Term {
  switch (outcome.kind) {
    case "returned":
      return tuple(atom("returned"), outcome.value);
    case "raised":
      return tuple(atom(outcome.class), outcome.reason);
    case "not_sent":
    case "unknown":
      return tuple(atom(outcome.kind), atom(outcome.cause));
  }
}

/** Waits until `done` is true; fails after `timeoutMs`, which a busy machine must not need. */
export async function eventually(done: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await done())) {
    if (performance.now() > end) throw new Error("it did not come about in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
