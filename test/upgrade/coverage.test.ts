import { describe, expect, it } from "vitest";
import { coverageOf } from "../../src/upgrade/coverage.js";
import { advancedUpdate, aProcess } from "../support/facts.js";

describe("coverageOf", () => {
  const script = advancedUpdate("cart");

  it("migrates what the child specification names, whatever it runs", () => {
    const declared = aProcess(2, { callbackModule: "cart" });
    const wrapped = aProcess(3, { callbackModule: "wrapper", modules: ["wrapper", "cart"] });
    const [cart] = coverageOf(script, [declared, wrapped]);
    expect(cart).toMatchObject({ module: "cart", changesState: true, missed: [], reloaded: [] });
    expect(cart?.migrated).toEqual([declared, wrapped]);
  });

  it("says for each process it would miss why", () => {
    const undeclared = aProcess(2, { callbackModule: "cart", modules: ["api"] });
    const outside = aProcess(3, { callbackModule: "cart", supervised: false, modules: [] });
    const below = aProcess(4, { callbackModule: "cart", hidden: true });
    const [cart] = coverageOf(script, [undeclared, outside, below]);
    expect(cart?.migrated).toEqual([]);
    expect(cart?.missed).toEqual([
      { process: undeclared, reason: "callback-not-declared" },
      { process: outside, reason: "unsupervised-process" },
      { process: below, reason: "hidden-subtree" },
    ]);
  });

  it("only reloads where the script changes no state", () => {
    const soft = script.filter(({ instruction }) => instruction !== "code_change");
    const undeclared = aProcess(2, { callbackModule: "cart", modules: ["api"] });
    const [cart] = coverageOf(soft, [undeclared]);
    expect(cart).toMatchObject({ changesState: false, migrated: [], missed: [] });
    expect(cart?.reloaded).toEqual([undeclared]);
  });

  it("leaves out processes that have nothing to do with a changed module", () => {
    const [cart] = coverageOf(script, [aProcess(2, { callbackModule: "other" })]);
    expect(cart).toMatchObject({ migrated: [], reloaded: [], missed: [] });
  });
});
