import { expect, it } from "vitest";
import { type SurfaceName, parseSurfaceName, surface } from "../../src/target/surface.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { onBoth } from "./support/oracle.js";

describeErlang("every function that relupctl may call", () => {
  const oracle = useOracle();

  it("is there on the embedded node, as in OTP", async () => {
    await using test = await bootTest([]);
    const names = Object.keys(surface) as SurfaceName[];
    const expressions = names.map((name) => {
      const { module, function: fun, arity } = parseSurfaceName(name);
      return `code:ensure_loaded(${module}), erlang:function_exported(${module}, '${fun}', ${arity})`;
    });
    const { ours, theirs } = await onBoth(oracle.run, test.node, expressions);
    expect(ours).toEqual(theirs);
    expect(ours.filter((line) => !line.endsWith("-> true"))).toEqual(["ok -> ok"]);
  });
});
