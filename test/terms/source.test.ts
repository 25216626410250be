import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { ProblemError, type Problem } from "../../src/terms/problem.js";
import { decodeSource, readEncoding } from "../../src/terms/source.js";

function problemOf(bytes: Uint8Array): Problem {
  try {
    decodeSource(bytes, "a.app");
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]!;
    throw error;
  }
  throw new Error("decoded");
}

describe("a source", () => {
  it("is in UTF-8", () => {
    expect(decodeSource(Buffer.from("{'é', \"漢😀\"}."), "f")).toBe("{'é', \"漢😀\"}.");
    expect(decodeSource(new Uint8Array(), "f")).toBe("");
  });

  it("is in Latin-1 where it says so", () => {
    const text = "%% coding: latin-1\n'\xe9'.";
    expect(decodeSource(Buffer.from(text, "latin1"), "f")).toBe(text);
  });

  it("loses its byte order mark and nothing else", () => {
    expect(decodeSource(Buffer.from("\ufeffa.\r\n\ufeff"), "f")).toBe("a.\r\n\ufeff");
  });

  it("may be a view into a larger buffer", () => {
    expect(decodeSource(Buffer.from("xxabcyy").subarray(2, 5), "f")).toBe("abc");
  });

  const invalid: readonly [name: string, bytes: Buffer, line: number, column: number, byte: string][] = [
    ["a lone continuation byte", Buffer.from([0x61, 0x0a, 0x62, 0x80]), 2, 2, "80"],
    ["a cut character at the end", Buffer.from([0x61, 0xe6, 0xbc]), 1, 2, "e6"],
    ["a cut character in the middle", Buffer.from([0xc3, 0xa9, 0xe6, 0xbc, 0x61]), 1, 2, "e6"],
    ["a surrogate", Buffer.from([0xed, 0xa0, 0x80]), 1, 1, "ed"],
    ["an overlong form", Buffer.from([0x61, 0xc0, 0x80]), 1, 2, "c0"],
    ["Latin-1", Buffer.from("'ab\xe9'", "latin1"), 1, 4, "e9"],
    ["a pair before it", Buffer.concat([Buffer.from("😀"), Buffer.from([0xff])]), 1, 2, "ff"],
    ["a mark before it", Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff]), 1, 2, "ff"],
  ];
  for (const [name, bytes, line, column, byte] of invalid) {
    it(`is refused at the first byte that is no UTF-8: ${name}`, () => {
      const problem = problemOf(bytes);
      expect(problem).toMatchObject({ code: "syntax-error", summary: `invalid UTF-8: byte 0x${byte}` });
      expect(problem.span!.start).toMatchObject({ line, column });
    });
  }
});

describe("the encoding comment", () => {
  const cases: readonly [text: string, encoding: string | undefined][] = [
    ["%% coding: latin-1\n", "latin1"],
    ["% -*- coding: Latin-1 -*-", "latin1"],
    ["\n%%% encoding = utf-8\n", "utf8"],
    ["a. % coding:latin-1", "latin1"],
    ["\n\n% coding: latin-1", undefined],
    ["coding: latin-1", undefined],
    ["% coding latin-1", undefined],
    ["% coding: iso-8859-1", undefined],
    ["% coding: x\n% coding: latin-1", undefined],
    [`%${" ".repeat(490)}coding: latin-1\n`, "latin1"],
    [`%${" ".repeat(510)}coding: latin-1\n`, undefined],
  ];
  for (const [text, encoding] of cases) {
    it(`${JSON.stringify(text.slice(0, 40))} means ${encoding ?? "nothing"}`, () => {
      expect(readEncoding(Buffer.from(text))).toBe(encoding);
    });
  }
});
