import fc from "fast-check";
import {
  atom,
  Bitstring,
  binary,
  ErlMap,
  ExternalFun,
  Float,
  integer,
  List,
  string,
  Tuple,
  type Atom,
  type Term,
} from "../../src/terms/term.js";
import { isReservedAnywhere } from "../../src/terms/characters.js";
import { equals } from "../../src/terms/equal.js";
import { factor, runs } from "../support/property-runs.js";

/** How often a property is tried; `RELUPCTL_PROPERTY_RUNS` multiplies it. Shrinking a fault takes only so long. */
export const limits = (count: number) => ({
  numRuns: runs(count),
  plugins: [fc.interruptAfterTimeLimit(40_000 * factor)],
});

/** The timeout of a test that asks an oracle many times. */
export const PATIENCE = { timeout: 180_000 * factor };

/** All of Unicode is printable, and there is room for the atoms of many generated terms. */
export const ERLANG_FLAGS = ["+pc", "unicode", "+t", "8000000"];

/** Characters with a bias to those that are written in a way of their own. */
export const anyCharacter: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.constantFrom(...Buffer.from("\"'\\%$.\n\r\t {}[],@_")) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
  // Of scripts that have long been in Unicode: how wide a newer character is, depends on who is asked.
  { weight: 1, arbitrary: fc.constantFrom(0x100, 0x301, 0x3b1, 0x416, 0x5d0, 0x1100, 0x1161, 0x4e2d, 0xac00, 0xd7a3) },
  { weight: 1, arbitrary: fc.constantFrom(0xfeff, 0xfffd, 0x10000, 0x1f600, 0x1f468, 0x1f1e9, 0x10ffff) },
);

export const anyText: fc.Arbitrary<string> = fc
  .array(anyCharacter, { maxLength: 30 })
  .map((codes) => String.fromCodePoint(...codes));

export const printableText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0x17f })), { maxLength: 60 })
  .map((codes) => String.fromCodePoint(...codes));

/** Without `maybe` and `else`, which OTP prints without quotes up to 26. */
const words = "a ok error kernel 'Elixir.App' application end receive Åse åse a@b _x 2x".split(" ");

export const anyAtom: fc.Arbitrary<Atom> = fc
  .oneof(fc.constantFrom(...words), fc.stringMatching(/^[a-z][a-zA-Z0-9_@]{0,12}$/), anyText)
  .map((name) => atom(name));

export const anyInteger: fc.Arbitrary<number | bigint> = fc
  .oneof(
    fc.integer({ min: -5, max: 300 }).map(BigInt),
    fc.bigInt({ min: -(1n << 60n), max: 1n << 60n }),
    fc.bigInt({ min: -(1n << 400n), max: 1n << 400n }),
  )
  .map(integer);

export const anyFloat: fc.Arbitrary<Float> = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: -8, max: 20 })).map(([m, e]) => m * 10 ** e),
  )
  .map((value) => new Float(value));

export const anyBitstring: fc.Arbitrary<Bitstring> = fc.oneof(
  anyText.map((text) => binary(text)),
  printableText.map((text) => new Bitstring(Uint8Array.from(Buffer.from(text, "latin1")))),
  fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 8 })).map(([bytes, bits]) => {
    if (bytes.length === 0 || bits === 8) return new Bitstring(bytes);
    const masked = Uint8Array.from(bytes);
    masked[masked.length - 1]! &= 0xff << (8 - bits);
    return new Bitstring(masked, bits);
  }),
);

/** Of ASCII names: OTP prints the others in funs (not elsewhere) byte by byte, and reserved words without quotes. */
const funAtom = fc
  .oneof(fc.constantFrom("lists", "a@b", "'x", "Mod", "_x", "", "a b"), fc.stringMatching(/^[ -~]{0,12}$/))
  .filter((name) => !isReservedAnywhere(name))
  .map((name) => atom(name));

const anyFun: fc.Arbitrary<Term> = fc
  .tuple(funAtom, funAtom, fc.integer({ min: 0, max: 255 }))
  .map(([module, name, arity]) => new ExternalFun(module, name, arity));

/** Terms that have a form in source text: all but pids, ports, references and local funs. */
export const anyData: fc.Arbitrary<Term> = dataOf(
  fc.oneof(
    { weight: 3, arbitrary: anyInteger },
    { weight: 5, arbitrary: anyAtom },
    { weight: 2, arbitrary: anyFloat },
    { weight: 3, arbitrary: anyBitstring },
    { weight: 3, arbitrary: fc.oneof(anyText, printableText).map(string) },
    { weight: 1, arbitrary: anyFun },
  ),
);

/** Whether a map can't have both keys in every OTP: 0.0 and -0.0 are two keys since OTP 27, and one before. */
export const areOneKey = (a: Term, b: Term): boolean => equals(positiveZeros(a), positiveZeros(b));

/** The term with 0.0 for -0.0. */
export function positiveZeros(term: Term): Term {
  if (term instanceof Float) return term.value === 0 ? new Float(0) : term;
  if (term instanceof Tuple) return new Tuple(term.elements.map(positiveZeros));
  if (term instanceof List) {
    return new List(term.elements.map(positiveZeros), term.tail === undefined ? undefined : positiveZeros(term.tail));
  }
  if (!(term instanceof ErlMap)) return term;
  return new ErlMap(term.entries.map(([key, value]) => [positiveZeros(key), positiveZeros(value)]));
}

/** Terms with those leaves, nested some levels deep. */
export function dataOf(leaf: fc.Arbitrary<Term>, maxDepth = 5): fc.Arbitrary<Term> {
  return fc.letrec<{ term: Term }>((tie) => ({
    term: fc.oneof(
      { maxDepth, depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("term"), { maxLength: 8 }).map((elements) => new List(elements)),
      fc
        .tuple(fc.array(tie("term"), { minLength: 1, maxLength: 5 }), tie("term"))
        .map(([elements, tail]) => new List(elements, tail)),
      fc.array(tie("term"), { maxLength: 8 }).map((elements) => new Tuple(elements)),
      fc.tuple(anyAtom, fc.array(tie("term"), { maxLength: 8 })).map(([tag, rest]) => new Tuple([tag, ...rest])),
      fc
        .uniqueArray(fc.tuple(tie("term"), tie("term")), { maxLength: 8, comparator: ([a], [b]) => areOneKey(a, b) })
        .map((entries) => new ErlMap(entries)),
    ),
  })).term;
}
