import { describe, expect, it } from "vitest";
import { UnsupportedRegex } from "../../../src/release/regex/translate.js";
import { matchesWhole } from "../../../src/release/regex/whole-match.js";

describe("matchesWhole", () => {
  it.each([
    ["1\\.2\\.[0-9]+", "1.2.30", true],
    ["1\\.2\\.[0-9]+", "11.2.30", false],
    ["1|1.2", "1.2", false],
    ["1.2|1", "1.2", true],
    ["^8\\.5(\\.\\d+){1,2}$", "8.5.3.1", true],
    ["(?=1)\\d\\.x", "1.x", true],
    ["(?!1)\\d\\.x", "1.x", false],
    ["[^.-]+", "a-b", false],
    ["[]\\]a-c\\-]+", "]a-b", true],
    ["\\x31\\x{2e}.*?", "1.", true],
    ["1$", "1\n", false],
    ["1\\s$", "1\n", true],
  ])("of %j and %j is %j", (pattern, subject, expected) => {
    expect(matchesWhole(pattern, subject)).toBe(expected);
  });

  it.each([
    ...["(", ")", "[a", "a**", "*", "a{2,1}", "a{70000}", "\\", "[b-a]", "[a-\\d]"],
    ...["(?i)a", "(?<n>a)", "(?<=a)b", "(?>a)", "(?#c)", "(*UTF8)a", "a++", "a{1}+", "a{,2}", "x{"],
    ...[
      "\\bx",
      "\\1",
      "\\p{L}",
      "\\Qa\\E",
      "\\R",
      "\\h",
      "[[:alpha:]]",
      "[a-c-e]",
      "(a?)*",
      "^*",
      "(?=a)+",
      "\\x{110000}",
    ],
  ])("refuses %j", (pattern) => {
    expect(() => matchesWhole(pattern, "a")).toThrow(UnsupportedRegex);
  });

  it("says where", () => {
    const position = (pattern: string): number => {
      try {
        matchesWhole(pattern, "");
      } catch (error) {
        return (error as UnsupportedRegex).position;
      }
      return -1;
    };
    expect(position("1\\.\\p")).toBe(4);
    expect(position("ab)")).toBe(2);
  });

  it("refuses \\w beyond ASCII, where PCRE's answer depends on what stands around it", () => {
    expect(() => matchesWhole("\\w+", "é")).toThrow(UnsupportedRegex);
    expect(matchesWhole(".+", "é")).toBe(true);
  });
});
