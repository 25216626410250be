import { describe, expect, it } from "vitest";
import { versionPatternTooWide } from "../../../src/release/rules/version-pattern-too-wide.js";
import { appupText, findings, found } from "./support.js";

/** `pattern` as Erlang source has it. */
const appup = (pattern: string) => ({ "shop.appup": appupText("3", `[{<<"${pattern}">>, []}]`) });
const summaries = async (pattern: string) =>
  (await findings(versionPatternTooWide, appup(pattern), "shop.appup")).map(({ summary }) => summary);
const hint = async (pattern: string) => (await findings(versionPatternTooWide, appup(pattern), "shop.appup"))[0]!.hint;

describe("version-pattern-too-wide", () => {
  it("finds dots that stand for any character, with a version that the pattern takes too", async () => {
    expect(await summaries("1.2.3")).toEqual(['the pattern <<"1.2.3">> also stands for 1.213']);
    expect(await hint("1.2.3")).toBe('Write <<"1\\\\.2\\\\.3">>, or the version as a string: "1.2.3".');
    expect(await found(versionPatternTooWide, appup("1.2.3"), "shop.appup")).toMatchObject([
      [expect.anything(), 'shop.appup:2 <<"1.2.3">>'],
    ]);
  });

  it("finds a number that may go on", async () => {
    expect(await summaries("1\\\\.2.*")).toEqual(['the pattern <<"1\\.2.*">> also stands for 1.20']);
    expect(await hint("1\\\\.2.*")).toBe('Write <<"1\\\\.2(\\\\..*)?">> for 1.2 and the versions below it.');
    expect(await summaries("^1\\\\.2.+$")).toHaveLength(1);
  });

  it("says nothing of an example where the pattern is more than digits and dots", async () => {
    expect(await summaries("(?:1.2|x)[0-9]")).toEqual([
      'the pattern <<"(?:1.2|x)[0-9]">> also stands for other versions',
    ]);
    expect(await summaries("[1]7.*")).toEqual(['the pattern <<"[1]7.*">> also stands for longer numbers']);
  });

  it.each([
    ".*",
    "1\\\\..*",
    "1\\\\.2",
    "^1\\\\.2\\\\.0(?:\\\\.[0-9]+)+$",
    "4\\\\.2[0-9].*",
    "1[.]2",
    "1\\\\.2(\\\\..*)?",
  ])("finds nothing in %s", async (pattern) => {
    expect(await summaries(pattern)).toEqual([]);
  });
});
