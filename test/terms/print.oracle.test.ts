import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { equals } from "../../src/terms/equal.js";
import { parseTerm } from "../../src/terms/parse.js";
import { prettyTerm, printTerm } from "../../src/terms/print.js";
import { atom, ErlMap, Float, List, Tuple, type Term } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { ERLANG_FLAGS, anyAtom, anyBitstring, anyData, anyInteger, anyText, limits, PATIENCE } from "./arbitrary.js";
import { each } from "./etf/batch.js";

/** So many terms on average go to the oracle at once. */
const BATCH = 100;

const batchOf = (arbitrary: fc.Arbitrary<Term>): fc.Arbitrary<Term[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 2 * BATCH, size: "max" });

const anyDouble: fc.Arbitrary<Term> = fc
  .bigInt({ min: 0n, max: (1n << 64n) - 1n })
  .map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0]!)
  .filter(Number.isFinite)
  .map((value) => new Float(value));

const anyDecimal: fc.Arbitrary<Term> = fc
  .tuple(fc.integer({ min: -999999, max: 999999 }), fc.integer({ min: -25, max: 25 }))
  .map(([mantissa, exponent]) => new Float(Number(`${mantissa}e${exponent}`)));

function hasMapInKey(term: Term, isKey = false): boolean {
  if (term instanceof Tuple) return term.elements.some((each) => hasMapInKey(each, isKey));
  if (term instanceof List) {
    const all = term.tail === undefined ? term.elements : [...term.elements, term.tail];
    return all.some((each) => hasMapInKey(each, isKey));
  }
  if (!(term instanceof ErlMap)) return false;
  return isKey || term.entries.some(([key, value]) => hasMapInKey(key, true) || hasMapInKey(value));
}

describeErlang("printing", () => {
  const oracle = useOracle(ERLANG_FLAGS);

  /**
   * Since OTP 26 the order of a map's keys is that of the terms only where it is asked for; and not even then of keys
   * that are maps or hold any.
   */
  const sorted = async () =>
    (await oracle.otpRelease()) >= 26
      ? { modifier: "k", option: "{maps_order, ordered}, ", data: anyData.filter((term) => !hasMapInKey(term)) }
      : { modifier: "", option: "", data: anyData };

  async function format(expression: string, terms: readonly Term[]): Promise<string[]> {
    const source = `fun(Bytes) -> Term = binary_to_term(Bytes), unicode:characters_to_binary(${expression}) end`;
    const answers = await each(
      oracle,
      source,
      terms.map((term) => encodeTerm(term)),
    );
    return answers.map(String);
  }

  const kinds: readonly [string, fc.Arbitrary<Term>, count: number][] = [
    ["terms", anyData, 2000],
    ["floats of any bits", anyDouble, 3000],
    ["floats of few digits", anyDecimal, 3000],
    ["atoms", anyAtom, 1000],
    ["integers", anyInteger, 500],
    ["strings", anyText.map((text) => new List(Array.from(text, (character) => character.codePointAt(0)!))), 1000],
    ["bit strings", anyBitstring, 1000],
  ];
  for (const [name, arbitrary, count] of kinds) {
    it(`gives what ~0tp gives: ${name}`, PATIENCE, async () => {
      const { modifier, data } = await sorted();
      const expression = `io_lib:format("~0t${modifier}p", [Term])`;
      await fc.assert(
        fc.asyncProperty(batchOf(arbitrary === anyData ? data : arbitrary), async (terms) => {
          expect(terms.map((term) => printTerm(term))).toEqual(await format(expression, terms));
        }),
        limits(count / BATCH),
      );
    });
  }

  it("breaks lines as ~tp does", PATIENCE, async () => {
    const { modifier, data } = await sorted();
    const expression = `io_lib:format("~t${modifier}p", [Term])`;
    await fc.assert(
      fc.asyncProperty(batchOf(data), async (terms) => {
        expect(terms.map((term) => prettyTerm(term))).toEqual(await format(expression, terms));
      }),
      limits(2000 / BATCH),
    );
  });

  it("breaks lines as io_lib_pretty does for any width and column", PATIENCE, async () => {
    const { option, data } = await sorted();
    const shapes = fc.tuple(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 40 }));
    await fc.assert(
      fc.asyncProperty(batchOf(data), shapes, async (terms, [width, indent]) => {
        const options = `[${option}{line_length, ${width}}, {column, ${indent + 1}}, {encoding, unicode}]`;
        const theirs = await format(`io_lib_pretty:print(Term, ${options})`, terms);
        expect(terms.map((term) => prettyTerm(term, { width, indent }))).toEqual(theirs);
      }),
      limits(2500 / BATCH),
    );
  });

  for (const control of ["~w", "~tw", "~p", "~tp", "~0p"]) {
    it(`of Erlang is read back: ${control}`, PATIENCE, async () => {
      await fc.assert(
        fc.asyncProperty(batchOf(anyData), async (terms) => {
          const theirs = await format(`io_lib:format("${control}", [Term])`, terms);
          terms.forEach((term, index) => {
            expect(equals(parseTerm(theirs[index]!), term), theirs[index]).toBe(true);
          });
        }),
        limits(800 / BATCH),
      );
    });
  }

  it("puts the words in quotes that are reserved since OTP 27 only", async () => {
    const words = [atom("maybe"), atom("else")];
    const theirs = await format('io_lib:format("~0tp", [Term])', words);
    expect(theirs).toEqual((await oracle.otpRelease()) >= 27 ? ["'maybe'", "'else'"] : ["maybe", "else"]);
    expect(words.map((word) => printTerm(word))).toEqual(["'maybe'", "'else'"]);
    for (const text of theirs) expect(words).toContainEqual(parseTerm(text));
  });
});
