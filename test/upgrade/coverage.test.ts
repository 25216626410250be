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

describe("the processes of a module", () => {
  const script = advancedUpdate("cart");
  const reasons = (given: Parameters<typeof aProcess>[1], includeMissed = false): string[] =>
    coverageOf(script, [aProcess(2, given)], { includeMissed })[0]!.reasons.map(
      ({ outcome, reason }) => `${outcome} ${reason}`,
    );

  it.each([
    ["declared", { callbackModule: "cart" }, "migrated declared"],
    ["declared dynamic", { callbackModule: "cart", dynamic: true }, "migrated dynamic"],
    ["at the top", { callbackModule: "cart", supervisor: undefined }, "migrated top-supervisor"],
    ["declared, of a wrapper", { callbackModule: "wrapper", modules: ["cart"] }, "migrated declared-though-other"],
  ] as const)("are migrated: %s", (_, given, expected) => {
    expect(reasons(given)).toEqual([expected]);
    expect(reasons(given, true)).toEqual([expected]);
  });

  it.each([
    ["of another module", { callbackModule: "cart", modules: ["api"] }, "callback-not-declared"],
    ["an event manager", { callbackModule: "gen_event", handlers: ["log", "cart"] }, "callback-not-declared"],
    ["outside every tree", { callbackModule: "cart", supervised: false, modules: [] }, "unsupervised-process"],
    ["at the top, not told", { callbackModule: "cart", supervisor: undefined, hidden: true }, "unsupervised-process"],
    ["hidden", { callbackModule: "cart", hidden: true }, "hidden-subtree"],
  ] as const)("are missed, and can be included: %s", (_, given, reason) => {
    expect(reasons(given)).toEqual([`missed ${reason}`]);
    expect(reasons(given, true)).toEqual(["migrated included"]);
  });

  it("can't be included where they take no system messages", () => {
    const task = { callbackModule: "cart", modules: ["task"], kind: "own_code", stack: ["gen", "cart"] } as const;
    expect(reasons(task, true)).toEqual(["missed own-code"]);
    // It was started with a function of the module, and has left it.
    expect(reasons({ ...task, stack: ["gen"] })).toEqual([]);
    expect(reasons({ ...task, stack: [] })).toEqual(["missed own-code"]);
  });

  it("get new code only, where their state stays", () => {
    const soft = script.filter(({ instruction }) => instruction !== "code_change");
    const load = script.filter(({ instruction }) => instruction === "load");
    const process = aProcess(2, { callbackModule: "cart" });
    const reason = (steps: typeof script, of = process): string => coverageOf(steps, [of])[0]!.reasons[0]!.reason;
    expect(reason(soft)).toBe("suspended");
    expect(reason(load)).toBe("code-only");
    expect(reason(load, aProcess(3, { callbackModule: "server", modules: ["cart"] }))).toBe("named-only");
    expect(reason(load, aProcess(4, { kind: "own_code", stack: ["cart"] }))).toBe("own-code");
  });
});
