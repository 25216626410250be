import fc from "fast-check";
import {
  atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  integer,
  List,
  Pid,
  Port,
  Reference,
  Tuple,
  type Atom,
  type Term,
} from "../../../src/terms/term.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";

export { runs } from "../../support/property-runs.js";

const character = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0x100, max: 0xd7ff }) },
  { weight: 1, arbitrary: fc.constantFrom(0xfeff, 0xfffd, 0x10000, 0x1d11e, 0x10ffff) },
);

export const anyAtom: fc.Arbitrary<Atom> = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(character, { maxLength: 12 }) },
    { weight: 1, arbitrary: fc.array(character, { maxLength: 255, size: "max" }) },
  )
  .map((characters) => atom(String.fromCodePoint(...characters)));

/** Around each size at which the form of an integer changes, and anywhere. */
export const anyInteger: fc.Arbitrary<number | bigint> = fc
  .oneof(
    fc.integer({ min: -2, max: 300 }).map(BigInt),
    fc
      .tuple(
        fc.constantFrom(8n, 16n, 28n, 31n, 32n, 48n, 53n, 56n, 60n, 63n, 64n, 72n, 128n, 2040n, 2048n, 4000n),
        fc.bigInt({ min: -2n, max: 2n }),
        fc.constantFrom(1n, -1n),
      )
      .map(([power, offset, sign]) => sign * ((1n << power) + offset)),
    fc.bigInt({ min: -(1n << 90n), max: 1n << 90n }),
    fc.bigInt({ min: -(1n << 2100n), max: 1n << 2100n }),
  )
  .map(integer);

export const anyFloat: fc.Arbitrary<Float> = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => new Float(value));

export const anyBitstring: fc.Arbitrary<Bitstring> = fc
  .tuple(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 8 }))
  .map(([bytes, bits]) => {
    if (bytes.length === 0 || bits === 8) return new Bitstring(Uint8Array.from(bytes));
    const masked = Uint8Array.from(bytes);
    masked[masked.length - 1]! &= 0xff << (8 - bits);
    return new Bitstring(masked, bits);
  });

const word = fc.integer({ min: 0, max: 0xffff_ffff });
/** Of nodes that are not the oracle: it refuses identifiers of its own that it never made. */
const node = fc.constantFrom(atom("a@host"), atom("älter@host"), atom("ł@host"));
const creation = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 0xffff_ffff }));

export const anyIdentifier: fc.Arbitrary<Term> = fc.oneof(
  fc.tuple(node, word, word, creation).map(([n, id, serial, c]) => new Pid(n, id, serial, c)),
  fc.tuple(node, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), creation).map(([n, id, c]) => new Port(n, id, c)),
  fc.tuple(node, fc.bigInt({ min: 0n, max: 1n << 29n }), creation).map(([n, id, c]) => new Port(n, id, c)),
  fc
    .tuple(node, creation, fc.array(word, { minLength: 1, maxLength: 5 }))
    .map(([n, c, words]) => new Reference(n, c, words)),
  fc.tuple(anyAtom, anyAtom, fc.integer({ min: 0, max: 255 })).map(([m, f, arity]) => new ExternalFun(m, f, arity)),
);

/** Terms of every kind but local funs, nested some levels deep. */
export const anyTerm: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    anyInteger,
    anyAtom,
    anyFloat,
    anyBitstring,
    anyIdentifier,
    fc.array(fc.integer({ min: 0, max: 255 })).map((elements) => new List(elements)),
    fc.array(tie("term"), { maxLength: 6 }).map((elements) => new List(elements)),
    fc
      .tuple(fc.array(tie("term"), { minLength: 1, maxLength: 4 }), tie("term"))
      .map(([elements, tail]) => new List(elements, tail)),
    fc.array(tie("term"), { maxLength: 6 }).map((elements) => new Tuple(elements)),
    fc
      .uniqueArray(fc.tuple(tie("term"), tie("term")), { maxLength: 12, selector: ([key]) => canonical(key) })
      .map((entries) => new ErlMap(entries)),
  ),
})).term;

/** Equal for equal terms, and different for different ones: a term's bytes, with the entries of maps in one order. */
export function canonical(term: Term): string {
  return Buffer.from(encodeTerm(sorted(term))).toString("latin1");
}

function sorted(term: Term): Term {
  if (typeof term !== "object") return term;
  switch (term.kind) {
    case "list":
      return new List(term.elements.map(sorted), term.tail === undefined ? undefined : sorted(term.tail));
    case "tuple":
      return new Tuple(term.elements.map(sorted));
    case "map": {
      const entries = term.entries.map(([key, value]) => [canonical(key), sorted(key), sorted(value)] as const);
      entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return new ErlMap(entries.map(([, key, value]) => [key, value] as const));
    }
    default:
      return term;
  }
}
