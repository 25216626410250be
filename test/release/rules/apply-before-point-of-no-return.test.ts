import { describe, expect, it } from "vitest";
import { applyBeforePointOfNoReturn } from "../../../src/release/rules/apply-before-point-of-no-return.js";
import { appupText, found, shopRelease } from "./support.js";

const check = (script: string) =>
  found(applyBeforePointOfNoReturn, { "x.appup": appupText("2", `[{"1", ${script}}]`) }, "x.appup");

describe("apply-before-point-of-no-return", () => {
  it("finds an apply that a mere check executes", async () => {
    expect(await check("[{apply, {a, b, [1]}}, point_of_no_return, {apply, {c, d, []}}]")).toEqual([
      ["{apply,{a,b,[1]}} runs before the point of no return", "x.appup:2 {apply, {a, b, [1]}}"],
    ]);
  });

  it("finds it in a relup too", async () => {
    const files = shopRelease("2", "2", '{"2", [], [{"1", [], [{apply, {a, b, []}}, point_of_no_return]}]}.');
    expect(await found(applyBeforePointOfNoReturn, files)).toEqual([
      ["{apply,{a,b,[]}} runs before the point of no return", "root/releases/2/relup:1 {apply, {a, b, []}}"],
    ]);
  });

  it("finds nothing without a point of no return, which then comes first", async () => {
    expect(await check("[{apply, {a, b, [1]}}]")).toEqual([]);
  });
});
