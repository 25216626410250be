import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/upgrade/plan.js";
import { advancedUpdate, anUpgrade, aProcess, someFacts } from "../support/facts.js";

describe("makePlan", () => {
  const upgrade = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart" }] });
  const facts = someFacts({ processes: [aProcess(2, { callbackModule: "cart" })], modules: [{ module: "cart" }] });

  it("names the processes of each step and how it is undone", () => {
    const plan = makePlan(upgrade, facts);
    expect(plan.findings).toEqual([]);
    expect(
      plan.steps.map(({ instruction, undo, processes }) => [instruction.instruction, undo, processes.length]),
    ).toEqual([
      ["load_object_code", "exact", 0],
      ["point_of_no_return", "exact", 0],
      ["suspend", "exact", 1],
      ["load", "exact", 0],
      ["code_change", "exact", 1],
      ["resume", "exact", 1],
    ]);
  });

  it("gives the same digest for the same facts, also where a process came or went", () => {
    const digest = makePlan(upgrade, facts).digest;
    expect(makePlan(upgrade, facts).digest).toBe(digest);
    const more = someFacts({
      processes: [aProcess(2, { callbackModule: "cart" }), aProcess(9, { callbackModule: "cart" })],
      modules: [{ module: "cart" }],
    });
    expect(makePlan(upgrade, more).digest).toBe(digest);
  });

  it.each([
    ["other object code", anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", md5: "cc" }] }), facts],
    ["another script", anUpgrade(advancedUpdate("cart").slice(0, 5), { code: [{ module: "cart" }] }), facts],
    ["another version", anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart" }], from: "0" }), facts],
    ["other loaded code", upgrade, someFacts({ processes: facts.processes, modules: [{ module: "cart", md5: "dd" }] })],
    [
      "a new finding",
      upgrade,
      someFacts({
        processes: [aProcess(2, { callbackModule: "cart", modules: ["api"] })],
        modules: [{ module: "cart" }],
      }),
    ],
  ])("gives another digest for %s", (_, changed, observed) => {
    expect(makePlan(changed, observed).digest).not.toBe(makePlan(upgrade, facts).digest);
  });

  it("says that code which can't be read again can't be put back", () => {
    const unreadable = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", previousMd5: undefined }] });
    expect(makePlan(unreadable, facts).steps[3]).toMatchObject({ undo: "none" });
  });
});
