import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { list, type Term } from "../../src/terms/term.js";
import type { Mfa, Outcome } from "../../src/target/target.js";
import { describeErlang } from "../support/erlang.js";
import { startNode } from "../support/peer.js";
import { connectTo, eventually } from "./support.js";

const timeoutMs = 10_000;
const erlang = (name: string, ...args: Term[]): Mfa => ({ module: "erlang", function: name, args });

describeErlang("a quiet connection", () => {
  it("is kept by answered ticks when the node's net_ticktime is short", async () => {
    await using node = await startNode({ args: ["-kernel", "net_ticktime", "2"] });
    await using target = await connectTo(node);
    await sleep(4_000);
    expect(await node.eval("length(nodes(hidden))")).toBe("1");
    expect(await target.call(erlang("abs", -1), { timeoutMs })).toEqual({ kind: "returned", value: 1 });
  });

  it("is kept by signs of life when the node's net_ticktime is long and ours is short", async () => {
    await using node = await startNode({ args: ["-kernel", "net_ticktime", "600"] });
    await using target = await connectTo(node, { netTickTimeMs: 1_200 });
    await sleep(3_000);
    const outcome: Outcome = await target.call(erlang("hd", list(1)), { timeoutMs });
    expect(outcome).toEqual({ kind: "returned", value: 1 });
    await eventually(async () => (await node.eval("length(nodes(hidden))")) === "1");
  });
});
