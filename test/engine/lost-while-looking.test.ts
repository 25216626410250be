import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootEmbedded } from "../../src/cli/embedded.js";
import { examine } from "../../src/engine/doctor/examine.js";
import { observe } from "../../src/engine/observe.js";
import { planUpgrade } from "../../src/engine/plan.js";
import { takeSnapshot } from "../../src/engine/snapshot/take.js";
import { readReleaseUpgrade } from "../../src/engine/source/release.js";
import { CallError } from "../../src/otp/invoke.js";
import type { Outcome, Target } from "../../src/target/target.js";
import { counted } from "./walks.js";

const ROOT = join(import.meta.dirname, "..", "..", "releases", "counter");
const LATE: Outcome = { kind: "unknown", cause: "timeout" };
const LOST: Outcome = { kind: "unknown", cause: "connection_lost" };
const NOT_SENT: Outcome = { kind: "not_sent", cause: "not connected" };

/** Answers the call of this number, counted from 0, in its own way, and those after it. */
function failing(
  target: Target,
  at: number,
  outcome: Outcome,
  later: (call: () => Promise<Outcome>) => Promise<Outcome>,
) {
  let calls = 0;
  const failingTarget: Target = {
    identity: target.identity,
    down: target.down,
    call: (mfa, options) => {
      const number = calls++;
      const call = (): Promise<Outcome> => target.call(mfa, options);
      if (number < at) return call();
      return number === at ? Promise.resolve(outcome) : later(call);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return failingTarget;
}

const losing = (target: Target, at: number): Target => failing(target, at, LOST, () => Promise.resolve(NOT_SENT));
const stalling = (target: Target, at: number): Target => failing(target, at, LATE, (call) => call());

/** What could not be asked must not be taken for something that isn't there. */
describe("a node that is lost while it is looked at", () => {
  const timeoutMs = 20_000;
  let node: Target;
  beforeAll(async () => {
    const options = { root: ROOT, boot: "0.1.0", connectTimeout: 10_000, timeout: 5_000 };
    node = await bootEmbedded(options, pino({ level: "silent" }));
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
  });

  it.each<[string, (target: Target) => Promise<unknown>]>([
    [
      "observe",
      (target) => observe(target, { modules: ["counter"], everyModule: true, probe: ["counter"], timeoutMs }),
    ],
    ["plan", async (target) => planUpgrade(target, (await readReleaseUpgrade(target, "0.2.0")).upgrade, { timeoutMs })],
    ["doctor", (target) => examine(target, { timeoutMs, states: true })],
    [
      "doctor of an upgrade",
      (target) => examine(target, { timeoutMs, states: false }, () => readReleaseUpgrade(target, "0.2.0")),
    ],
    ["snapshot", (target) => takeSnapshot(target, { taken: "2026-01-01T00:00:00Z", timeoutMs })],
  ])("%s fails, at whatever call that is", async (_, look) => {
    const whole = counted(node);
    await look(whole.target);
    expect(whole.calls()).toBeGreaterThan(20);
    const silent: number[] = [];
    for (let at = 0; at < whole.calls(); at++) {
      await look(losing(node, at)).then(
        () => silent.push(at),
        (error: unknown) => {
          expect(error).toBeInstanceOf(CallError);
        },
      );
    }
    expect(silent).toEqual([]);
  });

  it("fails too where one call is not answered in time, or says what it doesn't know", async () => {
    const options = { modules: ["counter"], everyModule: true, probe: ["counter"], timeoutMs };
    const whole = counted(node);
    await observe(whole.target, options);
    for (let at = 0; at < whole.calls(); at++) {
      await observe(stalling(node, at), options).then(
        ({ anomalies }) => {
          expect(anomalies).toMatchObject([{ kind: "supervisor_not_responding" }]);
        },
        (error: unknown) => {
          expect(error).toBeInstanceOf(CallError);
        },
      );
    }
  });
});
