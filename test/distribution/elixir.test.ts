import { expect, it } from "vitest";
import { atom, binary, list, map, tuple } from "../../src/terms/term.js";
import { describeElixir } from "../support/erlang.js";
import { connectTo, useNode } from "./support.js";

describeElixir("an Elixir node", () => {
  const node = useNode({ elixir: true });

  it("is called as any other", async () => {
    await using target = await connectTo(node());
    const timeoutMs = 30_000;
    const upcase = { module: "Elixir.String", function: "upcase", args: [binary("relup")] };
    expect(await target.call(upcase, { timeoutMs })).toEqual({ kind: "returned", value: binary("RELUP") });
    const keywords = list(tuple(atom("a"), 1));
    const newMap = { module: "Elixir.Map", function: "new", args: [keywords] };
    expect(await target.call(newMap, { timeoutMs })).toEqual({ kind: "returned", value: map([[atom("a"), 1]]) });
    const fetch = { module: "Elixir.Keyword", function: "fetch!", args: [list(), atom("a")] };
    const raised = await target.call(fetch, { timeoutMs });
    expect(raised).toMatchObject({ kind: "raised", class: "error" });
    expect(JSON.stringify(raised)).toContain("Elixir.KeyError");
    expect(await node().eval("'Elixir.Node':list(hidden)")).toBe(`['${target.ownNode}']`);
    expect(await node().eval(`'Elixir.Node':ping('${target.ownNode}')`)).toBe("pong");
  });
});
