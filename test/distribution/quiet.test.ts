import { afterEach, expect, it, vi } from "vitest";
import { list, type Term } from "../../src/terms/term.js";
import type { Mfa, Outcome } from "../../src/target/target.js";
import { describeErlang } from "../support/erlang.js";
import { startProxy } from "../support/proxy.js";
import { connectTo, eventually, useNode } from "./support.js";

const timeoutMs = 30_000;
const erlang = (name: string, ...args: Term[]): Mfa => ({ module: "erlang", function: name, args });

// Each test says when it is time for a tick, so that nothing depends on how fast the machine is.
describeErlang("a quiet connection", () => {
  const node = useNode();
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is kept by answered ticks, however short the node's net_ticktime is", async () => {
    await using target = await connectTo(node());
    const heard = async () => Number(await node().eval(`{ok, In} = net_kernel:node_info('${target.ownNode}', in), In`));
    // At the first one the node sees that it has just written something, and lets it be.
    await node().eval("net_kernel ! tick");
    // After four ticks without a sign of life the node would close the connection.
    for (let tick = 0; tick < 10; tick++) {
      const before = await heard();
      await node().eval("net_kernel ! tick");
      await eventually(async () => (await heard()) > before);
    }
    expect(await node().eval("nodes(hidden)")).toBe(`['${target.ownNode}']`);
    expect(await target.call(erlang("abs", -1), { timeoutMs })).toEqual({ kind: "returned", value: 1 });
  });

  it("is kept by signs of life when the node's net_ticktime is long and ours is short", async () => {
    await using proxy = await startProxy(node());
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    await using target = await connectTo(node(), { node: `${node().name}:${proxy.port}`, netTickTimeMs: 1_200 });
    const answered = () =>
      proxy.transcript.reduce((sum, { from, bytes }) => sum + Number(from === "server") * bytes.length, 0);
    // A node that said nothing for our whole net tick time would be given up.
    for (let quarter = 0; quarter < 12; quarter++) {
      const before = answered();
      vi.advanceTimersByTime(300);
      await eventually(() => answered() > before);
    }
    vi.useRealTimers();
    const outcome: Outcome = await target.call(erlang("hd", list(1)), { timeoutMs });
    expect(outcome).toEqual({ kind: "returned", value: 1 });
    expect(await node().eval("nodes(hidden)")).toBe(`['${target.ownNode}']`);
  });
});
