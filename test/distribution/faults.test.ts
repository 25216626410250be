import { setImmediate } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { atom, binary, type Term } from "../../src/terms/term.js";
import type { Mfa, Outcome } from "../../src/target/target.js";
import { describeErlang } from "../support/erlang.js";
import { useEpmd } from "../support/epmd.js";
import { standStill, startNode } from "../support/peer.js";
import { startProxy } from "../support/proxy.js";
import { connectTo, eventually, useNode } from "./support.js";

const timeoutMs = 30_000;
const erlang = (name: string, ...args: Term[]): Mfa => ({ module: "erlang", function: name, args });
const sleepFor = (ms: number): Mfa => ({ module: "timer", function: "sleep", args: [ms] });
const LOST = { kind: "unknown", cause: "connection_lost" };
const TIMEOUT = { kind: "unknown", cause: "timeout" };

/** Until the test ends, time passes for heartbeats as the test says. */
const heartbeatsByHand = (): void => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
};
afterEach(() => {
  vi.useRealTimers();
});

describeErlang("a node that goes away", () => {
  it("killed during calls: they are unknown, later ones were not sent", async () => {
    await using node = await startNode();
    await using target = await connectTo(node);
    const calls = Array.from({ length: 1_000 }, () => target.call(sleepFor(60_000), { timeoutMs: 60_000 }));
    await target.call(erlang("abs", 1), { timeoutMs });
    node.signal("SIGKILL");
    expect(await Promise.all(calls)).toEqual(calls.map(() => LOST));
    const { kind, detail } = await target.down;
    expect(kind).toMatch(/^(node_down|connection_lost)$/);
    expect(detail).toMatch(/./);
    expect(await target.call(erlang("abs", 1), { timeoutMs })).toMatchObject({ kind: "not_sent" });
    target.send("init", atom("nobody is there"));
  });

  it("stopped by itself: node_down", async () => {
    await using node = await startNode();
    await using target = await connectTo(node);
    const outcome = await target.call(erlang("halt"), { timeoutMs });
    expect(outcome).toEqual(LOST);
    expect((await target.down).kind).toBe("node_down");
  });

  it("that disconnects us: node_down", async () => {
    await using node = await startNode();
    await using target = await connectTo(node);
    await node.eval(`erlang:disconnect_node('${target.ownNode}')`);
    expect((await target.down).kind).toBe("node_down");
  });

  it("comes again with another creation", async () => {
    // The creation comes from epmd, which counts on from its own start; so one epmd must see both.
    const epmd = await useEpmd();
    const options = { name: `again_${process.pid}`, cookie: "again" };
    const creations: number[] = [];
    for (let round = 0; round < 2; round++) {
      await using node = await startNode(options);
      await using target = await connectTo(node);
      creations.push(target.identity.creation);
    }
    await epmd.release();
    expect(new Set(creations).size).toBe(2);
  });
});

describeErlang("a node that hangs", () => {
  it("lets calls time out, each at its own time, and answers later ones when it goes on", async () => {
    await using node = await startNode();
    await using target = await connectTo(node);
    standStill(node);
    const started = performance.now();
    const late: number[] = [];
    const calls = [600, 50, 300].map(async (ms) => {
      expect(await target.call(erlang("abs", -ms), { timeoutMs: ms })).toEqual(TIMEOUT);
      expect(performance.now() - started).toBeGreaterThan(ms - 5);
      late.push(ms);
    });
    await Promise.all(calls);
    expect(late).toEqual([50, 300, 600]);
    node.signal("SIGCONT");
    expect(await target.call(erlang("abs", -1), { timeoutMs })).toEqual({ kind: "returned", value: 1 });
    const watched = `[P || P <- processes(), {monitored_by, [_ | _] = L} <- [process_info(P, monitored_by)],
      lists:any(fun(M) -> is_pid(M) andalso node(M) =/= node() end, L)]`;
    await eventually(async () => (await node.eval(watched)) === "[]");
  });

  it("is given up after the net tick time", async () => {
    await using node = await startNode();
    heartbeatsByHand();
    await using target = await connectTo(node, { netTickTimeMs: 4_000 });
    const call = target.call(sleepFor(60_000), { timeoutMs: 60_000 });
    expect(await target.call(erlang("abs", -1), { timeoutMs })).toEqual({ kind: "returned", value: 1 });
    let isDown = false as boolean;
    void target.down.then(() => {
      isDown = true;
    });
    standStill(node);
    vi.advanceTimersByTime(3_500);
    await setImmediate();
    expect(isDown).toBe(false);
    vi.advanceTimersByTime(500);
    expect(await target.down).toMatchObject({ kind: "connection_lost" });
    expect(await call).toEqual(LOST);
  });

  it("lets large calls that it did not take be told from those that it may have taken", async () => {
    await using node = await startNode();
    const target = await connectTo(node);
    standStill(node);
    const large = binary(new Uint8Array(4 * 1024 * 1024));
    const calls = Array.from({ length: 8 }, () => target.call(erlang("byte_size", large), { timeoutMs: 1_000 }));
    const outcomes = await Promise.all(calls);
    // What the socket has no room for is never written.
    expect(outcomes.at(-1)).toMatchObject({ kind: "not_sent" });
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds).toEqual([...kinds].sort().reverse());
    expect(kinds[0]).toBe("unknown");
    const waiting = Array.from({ length: 3 }, () => target.call(erlang("byte_size", large), { timeoutMs }));
    const started = performance.now();
    await target[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await Promise.all(waiting)).toMatchObject(waiting.map(() => ({ kind: "not_sent" })));
  });
});

describeErlang("a node that is full", () => {
  it("refuses to start a call: it was not sent", async () => {
    await using node = await startNode({ args: ["+P", "1024"] });
    await using target = await connectTo(node);
    // Filled up again and again, until it is told to stop: a process that ends meanwhile would leave room for one call.
    await node.eval(`register(filler, spawn(fun() ->
      Fill = fun Fill() ->
        catch spawn_link(timer, sleep, [infinity]),
        receive stop -> exit(over) after 0 -> Fill() end
      end,
      Fill() end))`);
    let outcome: Outcome | undefined;
    await eventually(async () => {
      outcome = await target.call(erlang("abs", 1), { timeoutMs });
      return outcome.kind !== "returned";
    });
    expect(outcome).toMatchObject({ kind: "not_sent" });
    expect(JSON.stringify(outcome)).toContain("system_limit");
    target.send("filler", atom("stop"));
    await eventually(async () => (await target.call(erlang("abs", 1), { timeoutMs })).kind === "returned");
  });
});

describeErlang("a connection that breaks", () => {
  const node = useNode();

  it.each(["cut", "reset"] as const)(
    "%s during calls: nothing hangs, and nothing is said that is not known",
    async (action) => {
      await using proxy = await startProxy(node());
      for (const after of [2_000, 100_000, 1_000_000]) {
        proxy.fault = undefined;
        await using target = await connectTo(node(), { node: `${node().name}:${proxy.port}` });
        proxy.fault = { action, from: "client", after };
        const large = binary(new Uint8Array(300_000));
        const calls = Array.from({ length: 20 }, () => target.call(erlang("byte_size", large), { timeoutMs }));
        const outcomes = await Promise.all(calls);
        const index = outcomes.findIndex(({ kind }) => kind !== "returned");
        expect(index).toBeGreaterThanOrEqual(0);
        for (const outcome of outcomes.slice(index)) expect(["unknown", "not_sent"]).toContain(outcome.kind);
        await target.down;
        expect(await target.call(erlang("abs", 1), { timeoutMs })).toMatchObject({ kind: "not_sent" });
      }
    },
  );

  it("stalled: the net tick time ends it", async () => {
    await using proxy = await startProxy(node());
    heartbeatsByHand();
    await using target = await connectTo(node(), { node: `${node().name}:${proxy.port}`, netTickTimeMs: 4_000 });
    proxy.fail("stall");
    const outcome = target.call(erlang("abs", 1), { timeoutMs });
    // It is written at the end of this turn.
    await setImmediate();
    vi.advanceTimersByTime(5_000);
    expect(await target.down).toMatchObject({ kind: "connection_lost" });
    expect(await outcome).toEqual(LOST);
  });

  it("with a message that is too long is ended", async () => {
    await using target = await connectTo(node(), { maxMessageBytes: 100_000 });
    const fits = await target.call({ module: "binary", function: "copy", args: [binary("x"), 90_000] }, { timeoutMs });
    expect(fits.kind).toBe("returned");
    const outcome = await target.call(
      { module: "binary", function: "copy", args: [binary("x"), 150_000] },
      { timeoutMs },
    );
    expect(outcome).toEqual(LOST);
    expect((await target.down).detail).toContain("100000");
  });
});
