import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { atom, binary, Pid, Reference, tuple } from "../../src/terms/term.js";
import { connect, type ConnectOptions, type Signal } from "../../src/distribution/index.js";
import { flag } from "../../src/distribution/flags.js";
import { COOKIE, NODE, startFakeNode, type FakeNode } from "./fake-server.js";
import { OTP_25_FLAGS } from "./fake-node.js";
import { eventually } from "./support.js";

const timeoutMs = 30_000;
const MFA = { module: "m", function: "f", args: [] };
const LOST = { kind: "unknown", cause: "connection_lost" };
const connectTo = (node: FakeNode, options: Partial<ConnectOptions> = {}) =>
  connect({ node: node.address, cookie: COOKIE, timeoutMs, ...options });
const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("a connection", () => {
  it("answers calls in any order, byte by byte", async () => {
    await using node = await startFakeNode();
    await using target = await connectTo(node);
    expect(target.identity).toEqual({ node: NODE, creation: 77, otpRelease: "25", client: target.self });
    const calls = [target.call(MFA, { timeoutMs }), target.call(MFA, { timeoutMs })];
    await eventually(() => node.received.length === 2);
    const [first, second] = node.received;
    // Output of calls goes to the process that the node named.
    expect(first).toMatchObject({ groupLeader: new Pid(atom(NODE), 50, 0, 77) });
    const answers = node.held(() => {
      node.answer(second, "return", 2);
      node.answer(first, "throw", 1);
    });
    for (const byte of answers) {
      node.send(Uint8Array.of(byte));
      await sleep(0);
    }
    expect(await Promise.all(calls)).toEqual([
      { kind: "raised", class: "throw", reason: 1 },
      { kind: "returned", value: 2 },
    ]);
  });

  it("passes messages through to a peer without fragments", async () => {
    await using node = await startFakeNode({ flags: OTP_25_FLAGS & ~flag.FRAGMENTS });
    await using target = await connectTo(node);
    const call = target.call({ ...MFA, args: [binary(new Uint8Array(300_000))] }, { timeoutMs });
    await eventually(() => node.received.length === 1);
    node.answer(node.received[0], "return", 5);
    expect(await call).toEqual({ kind: "returned", value: 5 });
  });

  it("answers a tick at once", async () => {
    await using node = await startFakeNode();
    await using target = await connectTo(node);
    node.send(bytes("00000000 00000000"));
    await eventually(() => node.received.length === 2);
    expect(node.received).toEqual(["tick", "tick"]);
    expect(target.identity.creation).toBe(77);
  });

  it("ticks, asks a silent node for a sign of life, and gives it up", async () => {
    await using node = await startFakeNode();
    await using target = await connectTo(node, { netTickTimeMs: 600 });
    const call = target.call(MFA, { timeoutMs });
    const { kind, detail } = await target.down;
    expect([kind, detail]).toEqual(["connection_lost", "the node was silent for longer than the net tick time"]);
    const probes = () => node.received.filter((message) => message !== "tick" && message.kind === "monitor");
    await eventually(() => probes().length > 0);
    expect(probes()[0]).toMatchObject({ to: atom("undefined") });
    expect(await call).toEqual(LOST);
  });

  it("that only hears sends ticks", async () => {
    await using node = await startFakeNode();
    await using target = await connectTo(node, { netTickTimeMs: 400 });
    const talking = setInterval(() => {
      node.message({ kind: "send", from: undefined, to: target.self, message: 1 });
    }, 20);
    await eventually(() => node.received.includes("tick"));
    clearInterval(talking);
  });

  it("does not mind what it does not know or did not ask for", async () => {
    await using node = await startFakeNode();
    await using target = await connectTo(node);
    const signals: Signal[] = [];
    target.onSignal((signal) => signals.push(signal));
    const process = new Pid(atom(NODE), 60, 0, 77);
    const ref = target.monitor(process);
    await eventually(() => node.received.length === 1);
    const down = { kind: "monitor_exit", from: process, to: target.self, ref, reason: 1 } as const;
    // Operation 99; an answer to no call; an acknowledgement; then what was asked for, twice.
    node.send(bytes("00000009 83 44 00 6802 6163 6101"));
    node.message({ ...down, ref: new Reference(ref.node, ref.creation, [9, 9, 0]) });
    node.message({ kind: "unlink_ack", id: 4, from: process, to: target.self });
    node.message(down);
    node.message(down);
    node.message({ kind: "send", from: process, to: target.self, message: tuple() });
    await eventually(() => signals.some(({ kind }) => kind === "message"));
    expect(signals.map(({ kind }) => kind)).toEqual(["down", "message"]);
    expect(target.identity.node).toBe(NODE);
  });

  it.each([
    ["a huge length", "ffffffff"],
    ["another packet type", "00000002 4141"],
    ["a message without header", "00000004 83 6801 6101"],
    ["an atom cache", "00000007 83 44 01 00 6801 6101"],
    ["half a term", "00000004 83 44 00 68"],
    ["a malformed operation", "00000007 83 44 00 6801 6101"],
    ["a fragment of nothing", "00000013 83 46 0000000000000001 0000000000000001 00"],
    ["HTTP", "485454502f312e3120343030"],
  ])("that is fed %s is ended, and says so", async (_, hex) => {
    await using node = await startFakeNode();
    await using target = await connectTo(node);
    const call = target.call(MFA, { timeoutMs });
    await eventually(() => node.received.length === 1);
    node.send(bytes(hex));
    const { kind, detail } = await target.down;
    expect(kind).toBe("connection_lost");
    expect(detail).toContain("the node broke the protocol");
    expect(await call).toEqual(LOST);
  });

  it("that the node ends while half a message is there is node_down", async () => {
    await using node = await startFakeNode();
    await using target = await connectTo(node);
    node.send(bytes("00000007 83 44"));
    node.end();
    expect((await target.down).kind).toBe("node_down");
  });

  it("closes though the node does not", async () => {
    await using node = await startFakeNode();
    const target = await connectTo(node);
    const call = target.call(MFA, { timeoutMs });
    await eventually(() => node.received.length === 1);
    const started = performance.now();
    await Promise.all([target[Symbol.asyncDispose](), target[Symbol.asyncDispose]()]);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await call).toEqual(LOST);
    expect(await target.down).toEqual({ kind: "closed", detail: "closed on this side" });
    await target[Symbol.asyncDispose]();
  });
});
