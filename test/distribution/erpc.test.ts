import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { atom, Pid, tuple, type Term } from "../../src/terms/term.js";
import type { Outcome } from "../../src/target/target.js";
import type { OutgoingMessage } from "../../src/distribution/control.js";
import { Calls } from "../../src/distribution/erpc.js";
import type { SendObserver } from "../../src/distribution/outbox.js";
import { OwnProcess } from "../../src/distribution/own-process.js";

interface Sent {
  readonly message: OutgoingMessage;
  readonly observer: SendObserver;
}

const PROCESS = new Pid(atom("shop@web1"), 100, 0, 7);
const MFA = { module: "m", function: "f", args: [1] };

describe("calls", () => {
  const own = new OwnProcess("me@web1", 9);
  let sent: Sent[];
  let canTakeBack: boolean;
  let calls: Calls;

  beforeEach(() => {
    sent = [];
    canTakeBack = false;
    calls = new Calls(own, (message, observer) => {
      sent.push({ message, observer });
      return () => canTakeBack;
    });
  });

  const request = (index = 0) => {
    const { message } = sent[index]!;
    if (message.kind !== "spawn_request") throw new Error(message.kind);
    return message;
  };
  const spawned = (index = 0, result: Pid | ReturnType<typeof atom> = PROCESS): boolean =>
    calls.receive({ kind: "spawn_reply", ref: request(index).ref, to: own.pid, result });
  const down = (reason: Term, index = 0): boolean =>
    calls.receive({ kind: "monitor_exit", from: PROCESS, to: own.pid, ref: request(index).ref, reason });
  const answered = async (reason: (ref: Term) => Term): Promise<Outcome> => {
    const outcome = calls.call(MFA, 1000);
    spawned();
    down(reason(request().args[0]!));
    return outcome;
  };

  it("ask for a process that executes them, and monitor it", async () => {
    const outcome = calls.call(MFA, 1000);
    expect(request()).toMatchObject({
      ...{ from: own.pid, groupLeader: own.pid, module: atom("erpc"), function: atom("execute_call") },
      options: [atom("monitor")],
    });
    expect(request().args.slice(1, 3)).toEqual([atom("m"), atom("f")]);
    calls.connectionLost();
    await outcome;
  });

  it.each<[string, (ref: Term) => Term, Outcome]>([
    ["return", (ref) => tuple(ref, atom("return"), 5), { kind: "returned", value: 5 }],
    ["throw", (ref) => tuple(ref, atom("throw"), 5), { kind: "raised", class: "throw", reason: 5 }],
    ["exit", (ref) => tuple(ref, atom("exit"), 5), { kind: "raised", class: "exit", reason: 5 }],
    ["error", (ref) => tuple(ref, atom("error"), 5, 6), { kind: "raised", class: "error", reason: 5 }],
    ["an error without stack", (ref) => tuple(ref, atom("error"), 5), { kind: "raised", class: "error", reason: 5 }],
  ])("end with %s", async (_, reason, expected) => {
    expect(await answered(reason)).toEqual(expected);
  });

  it.each<[string, (ref: Term) => Term]>([
    ["a plain reason", () => atom("killed")],
    ["another reference", () => tuple(own.newReference().ref, atom("return"), 5)],
    ["no reference", () => tuple(5, atom("return"), 5)],
    ["another word", (ref) => tuple(ref, atom("returned"), 5)],
    ["a longer tuple", (ref) => tuple(ref, atom("return"), 5, 6)],
  ])("that were killed end with the signal: %s", async (_, reason) => {
    const signal = tuple(atom("signal"), reason(tuple()));
    const outcome = await answered(reason);
    expect(outcome).toMatchObject({ kind: "raised", class: "exit" });
    if (outcome.kind === "raised" && signal.elements[1] === atom("killed")) expect(outcome.reason).toEqual(signal);
  });

  it("that the node refuses to start were not sent", async () => {
    const outcome = calls.call(MFA, 1000);
    spawned(0, atom("system_limit"));
    expect(await outcome).toEqual({ kind: "not_sent", cause: "the node refused to start the call: system_limit" });
    expect(calls.size).toBe(0);
  });

  it("that can't be written or encoded were not sent", async () => {
    const dropped = calls.call(MFA, 1000);
    sent[0]!.observer.dropped!();
    expect(await dropped).toMatchObject({ kind: "not_sent" });
    const failed = calls.call(MFA, 1000);
    sent[1]!.observer.failed!(new Error("too long"));
    expect(await failed).toEqual({ kind: "not_sent", cause: "the call can't be encoded: too long" });
    expect(calls.size).toBe(0);
  });

  it("that may have been executed are unknown when the connection is lost", async () => {
    const outcomes = [calls.call(MFA, 1000), calls.call(MFA, 1000)];
    spawned();
    calls.connectionLost();
    const lost = { kind: "unknown", cause: "connection_lost" };
    expect(await Promise.all(outcomes)).toEqual([lost, lost]);
    expect(calls.size).toBe(0);
  });

  it("that are too late are given up, and the process is demonitored", async () => {
    const outcome = calls.call(MFA, 10);
    spawned();
    expect(await outcome).toEqual({ kind: "unknown", cause: "timeout" });
    expect(sent[1]?.message).toEqual({ kind: "demonitor", from: own.pid, to: PROCESS, ref: request().ref });
    expect(calls.size).toBe(0);
    expect(down(tuple(request().args[0]!, atom("return"), 5))).toBe(false);
  });

  it("that are too late before their process is known are demonitored when it is", async () => {
    expect(await calls.call(MFA, 10)).toEqual({ kind: "unknown", cause: "timeout" });
    expect([sent.length, calls.size]).toEqual([1, 1]);
    spawned();
    expect(sent[1]?.message).toMatchObject({ kind: "demonitor", to: PROCESS });
    expect(calls.size).toBe(0);
  });

  it("that are too late and then refused, or answered, leave nothing", async () => {
    await Promise.all([calls.call(MFA, 10), calls.call(MFA, 10)]);
    spawned(0, atom("notsup"));
    down(atom("normal"), 1);
    expect([sent.length, calls.size]).toEqual([2, 0]);
  });

  it("that are too late before they are written were not sent", async () => {
    canTakeBack = true;
    expect(await calls.call(MFA, 10)).toMatchObject({ kind: "not_sent" });
    expect(calls.size).toBe(0);
  });

  it("take an answer that is read in the same turn as the time ends", async () => {
    const outcome = calls.call(MFA, 5);
    const end = performance.now() + 30;
    while (performance.now() < end);
    setImmediate(() => {
      down(tuple(request().args[0]!, atom("return"), 5));
    });
    expect(await outcome).toEqual({ kind: "returned", value: 5 });
  });

  it("may wait for ever", async () => {
    const outcome = calls.call(MFA, Infinity);
    await sleep(20);
    down(tuple(request().args[0]!, atom("return"), 5));
    expect(await outcome).toEqual({ kind: "returned", value: 5 });
  });

  it("leave to others what is not theirs", () => {
    const { ref } = own.newReference();
    const foreign = new OwnProcess("other@web1", 9).newReference().ref;
    const base = { kind: "monitor_exit", from: PROCESS, to: own.pid, reason: 1 } as const;
    expect(calls.receive({ ...base, ref })).toBe(false);
    expect(calls.receive({ ...base, ref: foreign })).toBe(false);
    expect(calls.receive({ kind: "link", from: PROCESS, to: own.pid })).toBe(false);
  });
});

describe("our own process", () => {
  it("finds its references again, however many", () => {
    const own = new OwnProcess("me@web1", 9);
    const seen = new Set<string>();
    for (let i = 0; i < 300_000; i++) {
      const { id, ref } = own.newReference();
      if (own.idOf(ref) !== id) throw new Error(`reference ${id} is lost`);
      if (i > 262_000) seen.add(ref.words.join());
      if (ref.words[0]! >= 2 ** 18) throw new Error("the first word has 18 bits");
    }
    expect(seen.size).toBe(300_000 - 262_001);
  });
});
