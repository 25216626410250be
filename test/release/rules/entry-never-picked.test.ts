import { describe, expect, it } from "vitest";
import { entryNeverPicked } from "../../../src/release/rules/entry-never-picked.js";
import { appupText, findings, found, shopRelease } from "./support.js";

const appup = (up: string) => found(entryNeverPicked, { "shop.appup": appupText("3", up) }, "shop.appup");

describe("entry-never-picked", () => {
  it("finds a version that has two entries", async () => {
    expect(await appup('[{"1", []}, {"2", []},\n  {"1", []}]')).toEqual([
      ["the entry for 1 is never used: that of line 2 comes first", 'shop.appup:3 "1"'],
    ]);
  });

  it("finds an entry behind a pattern that takes its version, and says which comes first", async () => {
    const files = { "shop.appup": appupText("3", '[{<<"2\\\\..*">>, []},\n  {"2.1", []}]') };
    expect(await found(entryNeverPicked, files, "shop.appup")).toEqual([
      ["the entry for 2.1 is never used: that of line 2 comes first", 'shop.appup:3 "2.1"'],
    ]);
    const [problem] = await findings(entryNeverPicked, files, "shop.appup");
    expect(problem!.detail).toBe('OTP takes the first entry that fits, and the pattern <<"2\\..*">> does.');
    expect(problem!.hint).toBe("Put this entry before the other one.");
  });

  it("finds a pattern that is there twice, and one behind a pattern for everything", async () => {
    expect(await appup('[{<<"2.*">>, []}, {<<"2.*">>, []}]')).toHaveLength(1);
    expect(await appup('[{<<".*">>, []}, {<<"2.*">>, []}]')).toHaveLength(1);
  });

  it("finds nothing where the version comes before the pattern: that is how exceptions are written", async () => {
    expect(await appup('[{"2.1", []}, {<<"2\\\\..*">>, []}, {<<".*">>, []}]')).toEqual([]);
  });

  it("keeps up and down apart", async () => {
    const files = { "shop.appup": appupText("3", '[{"1", []}]', '[{"1", []}]') };
    expect(await found(entryNeverPicked, files, "shop.appup")).toEqual([]);
  });

  it("finds a version that a relup has twice", async () => {
    const files = shopRelease("2", "2", '{"2", [{"1", [], []}, {"1", [], []}], []}.');
    expect(await found(entryNeverPicked, files)).toEqual([
      ["the entry for 1 is never used: that of line 1 comes first", 'root/releases/2/relup:1 "1"'],
    ]);
  });
});
