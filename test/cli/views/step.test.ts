import { describe, expect, it } from "vitest";
import { makePaint } from "../../../src/cli/views/paint.js";
import { stepLines, subjectOf } from "../../../src/cli/views/step.js";
import type { LowLevelInstruction } from "../../../src/release/instruction.js";
import { parseTerm } from "../../../src/terms/parse.js";
import { makePlan, type PlanStep } from "../../../src/upgrade/plan.js";
import { anUpgrade, someFacts } from "../../support/facts.js";

const stepsOf = (script: readonly LowLevelInstruction[]): readonly PlanStep[] =>
  makePlan(anUpgrade(script), someFacts({})).steps;

const linesOf = (steps: readonly PlanStep[], width: number, note = ""): string[] =>
  stepLines(
    steps.map((step) => ({ step, mark: "", notes: [note, ""] })),
    makePaint(false, width),
  ).split("\n");

describe("the subject of a step", () => {
  it.each<[LowLevelInstruction, string]>([
    [{ instruction: "load_object_code", application: "shop", vsn: "2", modules: ["a", "b"] }, "shop 2: a, b"],
    [{ instruction: "point_of_no_return" }, ""],
    [{ instruction: "remove", module: "a", prePurge: "soft_purge", postPurge: "soft_purge" }, "a"],
    [{ instruction: "purge", modules: ["a", "Elixir.B"] }, "a, Elixir.B"],
    [{ instruction: "stop", modules: ["a"] }, "a"],
    [{ instruction: "sync_nodes", id: parseTerm("{1, x}"), nodes: [] }, "{1,x}"],
    [{ instruction: "restart_emulator" }, ""],
    [
      { instruction: "apply", mfa: { module: "m", function: "f g", args: [parseTerm('"text"'), parseTerm("[a]")] } },
      "m:'f g'(\"text\", [a])",
    ],
  ])("%j is %j", (instruction, subject) => {
    expect(subjectOf(instruction)).toBe(subject);
  });
});

describe("the lines of steps", () => {
  const modules = ["Elixir.Shop.Catalog", "Elixir.Shop.Basket", "Elixir.Shop.Checkout"];
  const steps = stepsOf([
    { instruction: "load_object_code", application: "shop", vsn: "2", modules },
    { instruction: "point_of_no_return" },
    { instruction: "suspend", modules: modules.map((module) => ({ module })) },
  ]);

  it("are aligned, and break a subject that is too long", () => {
    expect(linesOf(steps, 60, "2 ms")).toEqual([
      "  1  load_object_code    shop 2: Elixir.Shop.Catalog,   2 ms",
      "                         Elixir.Shop.Basket,",
      "                         Elixir.Shop.Checkout",
      "  2  point_of_no_return                                 2 ms",
      "  3  suspend             Elixir.Shop.Catalog,           2 ms",
      "                         Elixir.Shop.Basket,",
      "                         Elixir.Shop.Checkout",
    ]);
  });

  it.each([60, 80, 120])("keep to %i columns", (width) => {
    for (const line of linesOf(steps, width, "100 processes")) expect(line.length).toBeLessThanOrEqual(width);
  });

  it("name an apply whole, for it can be anything", () => {
    const args = [parseTerm(`"${"x".repeat(200)}"`)];
    const [step] = stepsOf([{ instruction: "apply", mfa: { module: "m", function: "f", args } }]);
    expect(linesOf([step!], 60).join("").match(/x/g)).toHaveLength(200);
  });
});
