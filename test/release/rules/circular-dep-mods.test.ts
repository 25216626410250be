import { describe, expect, it } from "vitest";
import { circularDepMods } from "../../../src/release/rules/circular-dep-mods.js";
import { appupText, found } from "./support.js";

const check = (...instructions: readonly string[]) =>
  found(circularDepMods, { "x.appup": appupText("2", `[{"1", [${instructions.join(",\n")}]}]`) }, "x.appup");

describe("circular-dep-mods", () => {
  it("finds the shortest circle, once", async () => {
    expect(await check("{update, a, [b]}", "{load_module, b, [c, a]}", "{load_module, c, [a]}")).toEqual([
      ["modules depend on each other in a circle: a -> b -> a", "x.appup:2 [b]"],
    ]);
  });

  it("finds a module that depends on itself, and several circles", async () => {
    expect(await check("{update, a, [a]}", "{update, b, [c]}", "{update, c, [b]}")).toEqual([
      ["modules depend on each other in a circle: a -> a", "x.appup:2 [a]"],
      ["modules depend on each other in a circle: b -> c -> b", "x.appup:3 [c]"],
    ]);
  });

  it("finds nothing where the dependencies have an order", async () => {
    expect(
      await check("{update, a, [b, c]}", "{update, b, [c]}", "{update, c}", "{load_module, d, [a, b, c]}"),
    ).toEqual([]);
  });
});
