import { describe, expect, it } from "vitest";
import { unsupportedVersionPattern } from "../../../src/release/rules/unsupported-version-pattern.js";
import { appupText, findings, placeOf } from "./support.js";

const appup = (pattern: string) =>
  findings(unsupportedVersionPattern, { "shop.appup": appupText("3", `[{<<"${pattern}">>, []}]`) }, "shop.appup");

describe("unsupported-version-pattern", () => {
  it("finds a pattern that is wrong, with the place of its fault", async () => {
    const [problem] = await appup("1\\\\.(2");
    expect(problem!.summary).toMatch(/^the pattern <<"1\\.\(2">> can't be judged: /);
    expect(problem!.detail).toContain("At character 6.");
    expect(placeOf(problem!)).toBe('shop.appup:2 <<"1\\\\.(2">>');
  });

  it("finds nothing in a pattern that is understood", async () => {
    expect(await appup("^1\\\\.[0-9]+(?:\\\\.[0-9]+)*$")).toEqual([]);
  });
});
