import { setTimeout as delay } from "node:timers/promises";
import { attempt } from "../otp/invoke.js";
import type { Target } from "../target/target.js";
import { atomName, textOf, tupleElements } from "../terms/access.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import type { Term } from "../terms/term.js";

/** Connects to a node again; rejects as long as it isn't there. */
export type Reconnect = () => Promise<Target>;

/** A restart of a node, and what it runs then. */
export interface Restart {
  /** The node's creation before and after; undefined where it did not come back. */
  readonly creation: { readonly before: number; readonly after: number | undefined };
  /** The release that it has started, as its boot script says. */
  readonly release: { readonly name: string; readonly vsn: string } | undefined;
  readonly durationMs: number;
  /** Why it can't be said that it runs again. */
  readonly problem?: Problem;
}

/** To stop, with processes that don't answer their supervisors, and to start, with applications that take their time. */
const RESTART_MS = 2 * 60_000;
const ASK_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * Restarts a node as `release_handler` does after an upgrade that it could not finish: `init:restart/0`, which boots the
 * permanent release. Waits until it has started, and sees by its creation that it is another run. Never rejects.
 * @param target the node itself, without the guardian's fence
 */
export async function restartNode(
  target: Target,
  reconnect: Reconnect,
  { timeoutMs = RESTART_MS }: { readonly timeoutMs?: number } = {},
): Promise<Restart> {
  const before = target.identity.creation;
  // Where the answer is lost, it is seen below whether the node restarts.
  const outcome = await attempt(target, "init:restart/0", [], { timeoutMs: ASK_MS });
  if (outcome.kind === "raised") {
    const problem = notRestarted("init:restart/0 raised");
    return { creation: { before, after: undefined }, release: undefined, durationMs: 0, problem };
  }
  return await awaitRestart(reconnect, before, { timeoutMs });
}

/**
 * Waits until a node that is about to restart has started again, which is seen by its creation. Never rejects.
 * @param before its creation until now
 */
export async function awaitRestart(
  reconnect: Reconnect,
  before: number,
  { timeoutMs = RESTART_MS }: { readonly timeoutMs?: number } = {},
): Promise<Restart> {
  const started = performance.now();
  const left = (): number => Math.max(0, timeoutMs - (performance.now() - started));
  const ended = (rest: Partial<Restart>, after?: number): Restart => ({
    ...{ creation: { before, after }, release: undefined, durationMs: performance.now() - started },
    ...rest,
  });
  let why = "it could not be connected to";
  for (;;) {
    await delay(LOOK_EVERY_MS);
    const found = await look(reconnect, before).catch((error: unknown) => {
      why = error instanceof ProblemError ? error.message : String(error);
      return undefined;
    });
    if (found !== undefined) return ended({ release: found.release }, found.creation);
    if (left() === 0) return ended({ problem: notRestarted(why) });
  }
}

/** What the node runs, once it is another run of it that has started. */
async function look(
  reconnect: Reconnect,
  before: number,
): Promise<{ readonly creation: number; readonly release: Restart["release"] } | undefined> {
  await using target = await reconnect();
  const { creation } = target.identity;
  if (creation === before) return undefined;
  const status = await attempt(target, "init:get_status/0", [], { timeoutMs: ASK_MS });
  if (status.kind !== "returned" || atomName(tupleElements(status.value, 2)?.[0]) !== "started") return undefined;
  const script = await attempt(target, "init:script_id/0", [], { timeoutMs: ASK_MS });
  return { creation, release: script.kind === "returned" ? releaseOf(script.value) : undefined };
}

/** `{Name, Vsn}` of `init:script_id/0`. */
function releaseOf(scriptId: Term): Restart["release"] {
  const [name, vsn] = (tupleElements(scriptId, 2) ?? []).map((element) => textOf(element));
  return name === undefined || vsn === undefined ? undefined : { name, vsn };
}

const notRestarted = (why: string): Problem => ({
  code: "not-restarted",
  severity: "error",
  summary: "the node was told to restart, and it could not be seen that it has",
  detail: `The last thing that was seen: ${why}.`,
  hint: "See the node's log, and start it with its start script.",
});
