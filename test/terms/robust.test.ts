import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOf } from "../../src/terms/access.js";
import { equals } from "../../src/terms/equal.js";
import { compareTerms } from "../../src/terms/order.js";
import { parseForms, parseTerm } from "../../src/terms/parse.js";
import { prettyTerm, printTerm } from "../../src/terms/print.js";
import { ProblemError } from "../../src/terms/problem.js";
import { decodeSource } from "../../src/terms/source.js";
import { limits } from "./arbitrary.js";
import { consultHere } from "./consult.js";
import { fileText, mutated, tokenSoup } from "./source-arbitrary.js";

const DEPTH = 100_000;

function problemOf(text: string): string {
  try {
    parseForms(text, "deep");
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]!.summary;
    throw error;
  }
  throw new Error("no problem");
}

describe("terms nested 100,000 deep", () => {
  /** `false`: it is printed in another way than it was written. */
  const nestings: readonly [name: string, open: string, inner: string, close: string, printed?: false][] = [
    ["lists", "[", "", "]"],
    ["lists with more elements", "[a,", "b", ",c]"],
    ["improper lists", "[[a]|", "b", "]", false],
    ["lists in tails", "[a|", "[]", "]", false],
    ["lists in tails in parentheses", "[a|(", "[]", ")]", false],
    ["tuples", "{", "", "}"],
    ["maps in values", "#{k => ", "v", "}"],
    ["maps in keys", "#{", "k", " => v}"],
    ["maps in one of two keys", "#{", "#{}", " => v,#{a => 1,b => 1} => w}", false],
    ["parentheses", "(", "a", ")", false],
  ];
  for (const [name, open, inner, close, printed] of nestings) {
    it(`are read, printed and compared: ${name}`, () => {
      // Maps with more than one key are sorted at every level.
      const depth = name === "maps in one of two keys" ? DEPTH / 5 : DEPTH;
      const text = open.repeat(depth) + inner + close.repeat(depth);
      const term = parseTerm(text);
      const again = parseForms(`${text}.`, "deep")[0]!;
      const line = printTerm(term);
      if (printed !== false) expect(line === text).toBe(true);
      expect(equals(parseTerm(line), term)).toBe(true);
      expect(compareTerms(term, again.term)).toBe(0);
      expect(prettyTerm(term).length).toBeGreaterThan(0);
      expect(textOf(term)).toBe(undefined);
      expect(again.locate([0, 0, 0]).start.line).toBe(1);
    });
  }

  it("are refused when they are not closed, or closed by another bracket", () => {
    for (const [, open, inner, close] of nestings) {
      expect(problemOf(open.repeat(DEPTH))).toMatch(/^expected/);
      expect(problemOf(`${open.repeat(DEPTH)}${inner}${close.repeat(DEPTH - 1)}>>.`)).toMatch(
        /^expected .* found '>>'$/,
      );
    }
    expect(problemOf("-".repeat(DEPTH))).toMatch(/^expected/);
    expect(problemOf(`${"-(".repeat(DEPTH)}1${")".repeat(DEPTH)}.`)).toMatch(/^bad term/);
  });

  it("are refused where a bit string can't hold them", () => {
    expect(problemOf(`${"<<(".repeat(DEPTH)}1${")/bits>>".repeat(DEPTH)}.`)).toMatch(/^bad term/);
    expect(printTerm(parseTerm(`${"<<(".repeat(999)}<<5:4>>${")/bits>>".repeat(999)}`))).toBe("<<5:4>>");
  });
});

describe("any bytes", () => {
  it("are read or refused with syntax errors only", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      mutated(fileText).map((text) => Buffer.from(text)),
      mutated(tokenSoup).map((text) => Buffer.from(text, "latin1")),
      fc.tuple(fileText, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, byte]) => {
        const changed = Buffer.from(text);
        if (changed.length > 0) changed[at % changed.length] = byte;
        return changed;
      }),
    );
    fc.assert(
      fc.property(bytes, (source) => {
        consultHere(source);
      }),
      limits(3000),
    );
  });

  it("are so when a file is cut off anywhere", () => {
    const whole = Buffer.from(
      `{application, 'é', [{"s\\x{41}", <<"b"/utf8, 1:4>>}, 16#ff, -1.5e-3, #{k => fun m:f/1}, [a|b], $\\n]}. % c\n'q'.\n`,
    );
    let accepted = 0;
    for (let end = 0; end <= whole.length; end++) {
      if (consultHere(whole.subarray(0, end)) !== undefined) accepted++;
    }
    // The empty file, and those that end between the two forms or behind them.
    expect(accepted).toBe(9);
  });
});

describe("large inputs", () => {
  it("may be files of 50 MB", () => {
    const form = `{"${"x".repeat(200_000)}", 'a', <<"${"y".repeat(300_000)}">>}.\n`;
    const bytes = Buffer.from(form.repeat(100));
    expect(bytes.length).toBeGreaterThan(50e6);
    const forms = parseForms(decodeSource(bytes, "large"), "large");
    expect(forms).toHaveLength(100);
    expect(forms[99]!.locate([1]).start).toMatchObject({ line: 100, column: 200_006 });
  });

  it("may be one line with many faults", () => {
    const text = "{aaaaaaaaaaaaaaaa, b c}. ".repeat(400_000);
    expect(problemOf(text)).toBe("expected ',' or '}', found c");
  });

  it("may be maps of many keys", () => {
    const entries = Array.from({ length: 50_000 }, (_, index) => `{${index},"k"} => ${index}`);
    const term = parseTerm(`#{${entries.join(",")},${entries.toReversed().join(",")}}`);
    expect(term).toMatchObject({ entries: { length: 50_000 } });
    expect(compareTerms(term, parseTerm(`#{${entries.join(",")}}`))).toBe(0);
  });

  it("may be integers of a million digits", () => {
    const digits = "7".repeat(1_000_000);
    expect(printTerm(parseTerm(digits)) === digits).toBe(true);
    expect(typeof parseTerm(`36#${"z".repeat(300_000)}`)).toBe("bigint");
  });

  it("are let go: an atom doesn't keep the text that it was cut from", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = heap();
    for (let index = 0; index < 6; index++) {
      parseForms(`% ${"x".repeat(20_000_000)}\nan_atom_that_no_text_had_before_${index}.\n`, "large");
    }
    expect(heap() - before).toBeLessThan(60e6);
  });

  it("can't ask for much memory with few characters", () => {
    expect(problemOf("<<0:999999999999>>.")).toMatch(/the bit strings are too large$/);
    expect(problemOf(`{${"<<0:100000000>>,".repeat(100)}a}.`)).toMatch(/the bit strings are too large$/);
    expect(problemOf(`<<0:${"9".repeat(400)}>>.`)).toMatch(/the bit strings are too large$/);
    expect(problemOf('<<"aaaaaaaaaa":99999999>>.')).toMatch(/the bit strings are too large$/);
  });
});
