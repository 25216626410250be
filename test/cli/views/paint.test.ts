import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { count, duration, fit, fold, makePaint, nameText, someOf, wrap } from "../../../src/cli/views/paint.js";

const words = fc.array(fc.stringMatching(/^[a-z<>.,]{1,15}$/), { minLength: 1, maxLength: 40 });

describe("wrap", () => {
  it("keeps lines to the width and all words in order", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 25, max: 120 }), fc.integer({ min: 0, max: 4 }), (text, width, indent) => {
        const lines = wrap(text.join(" "), width, indent).split("\n");
        expect(lines.every((line) => line.length <= width && line.startsWith(" ".repeat(indent)))).toBe(true);
        expect(lines.map((line) => line.trim()).join(" ")).toBe(text.join(" "));
      }),
    );
  });

  it("doesn't count colours, keeps line breaks, and leaves a long word whole", () => {
    const { bad, strong } = makePaint(true, 80);
    expect(stripVTControlCharacters(wrap(`${bad("error")}: ${strong("aaaa bbbb cccc")} dddd`, 22, 2, 0))).toBe(
      "error: aaaa bbbb cccc\n  dddd",
    );
    expect(wrap("one\ntwo", 80, 2)).toBe("  one\n  two");
    expect(wrap(`see ${"x".repeat(90)} there`, 40, 1)).toBe(` see\n ${"x".repeat(90)}\n there`);
  });
});

describe("fold", () => {
  it("loses nothing and keeps to the width, however long a word is", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 60 }), (text, width) => {
        const lines = fold(text.join(" "), width);
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.join(""));
      }),
    );
  });

  it("breaks after spaces where it can", () => {
    expect(fold("my_store 2.0.0: Elixir.MyStore.Server, Elixir.MyStore", 22)).toEqual([
      "my_store 2.0.0:",
      "Elixir.MyStore.Server,",
      "Elixir.MyStore",
    ]);
    expect(fold("", 10)).toEqual([""]);
  });
});

it("writes numbers, durations and lists as people say them", () => {
  expect([count(1, "process", "processes"), count(0, "file"), count(2, "file")]).toEqual([
    "1 process",
    "0 files",
    "2 files",
  ]);
  expect([0, 0.44, 9.94, 9.96, 12.4, 999.4, 999.6, 61_000].map(duration)).toEqual([
    "0.0 ms",
    "0.4 ms",
    "9.9 ms",
    "10 ms",
    "12 ms",
    "999 ms",
    "1.0 s",
    "61.0 s",
  ]);
  expect([someOf(["a"], 2), someOf(["a", "b"], 2), someOf(["a", "b", "c", "d"], 2)]).toEqual([
    "a",
    "a, b",
    "a, b and 2 more",
  ]);
  expect([fit("abcdef", 6), fit("abcdefg", 6)]).toEqual(["abcdef", "abcde…"]);
});

it("writes a name plainly, and one that could disturb a terminal as Erlang does", () => {
  expect(["counter", "Elixir.MyStore.Server", "größe", "a b", "", "x\u001b[2J"].map(nameText)).toEqual([
    "counter",
    "Elixir.MyStore.Server",
    "größe",
    "'a b'",
    "''",
    "'x\\e[2J'",
  ]);
});

it("keeps the width of a page within what can be read", () => {
  expect([10, 80, 400].map((width) => makePaint(false, width).width)).toEqual([40, 80, 120]);
});
