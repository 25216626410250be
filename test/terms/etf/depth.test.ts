import { expect, it } from "vitest";
import { cpuMs } from "../../support/cpu.js";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { atom, ErlMap, kindOf, List, nil, Tuple, type Term } from "../../../src/terms/term.js";

const DEPTH = 100_000;

/** The innermost term, and how many were around it. */
function unwrap(term: Term): { depth: number; inner: Term } {
  let depth = 0;
  for (let inner = term; ; depth++) {
    if (inner instanceof List && inner.elements.length > 0) inner = inner.elements[0]!;
    else if (inner instanceof Tuple) inner = inner.elements[0]!;
    else if (inner instanceof ErlMap) inner = inner.entries[0]![1];
    else return { depth, inner };
  }
}

function nest(wrap: (term: Term) => Term): Term {
  let term: Term = atom("inmost");
  for (let i = 0; i < DEPTH; i++) term = wrap(term);
  return term;
}

it.each<[string, (term: Term) => Term]>([
  ["lists", (term) => new List([term])],
  ["improper lists", (term) => new List([term], 1)],
  ["tuples", (term) => new Tuple([term])],
  ["maps", (term) => new ErlMap([[1, term]])],
])("%s may nest 100,000 deep", (_name, wrap) => {
  const bytes = encodeTerm(nest(wrap));
  const { depth, inner } = unwrap(decodeTerm(bytes));
  expect(depth).toBe(DEPTH);
  expect(inner).toBe(atom("inmost"));
});

it("a list may be the tail of a list, 100,000 times", () => {
  const bytes = new Uint8Array(1 + DEPTH * 7 + 1);
  bytes[0] = 131;
  for (let i = 0; i < DEPTH; i++) bytes.set([108, 0, 0, 0, 1, 97, i & 255], 1 + i * 7);
  bytes[bytes.length - 1] = 106;
  const term = decodeTerm(bytes);
  expect(term).toBeInstanceOf(List);
  expect((term as List).elements.length).toBe(DEPTH);
  expect((term as List).isProper).toBe(true);
});

it("an empty list may be the tail of itself, 100,000 times", () => {
  const bytes = new Uint8Array(1 + DEPTH * 5 + 1);
  bytes[0] = 131;
  for (let i = 0; i < DEPTH; i++) bytes[1 + i * 5] = 108;
  bytes[bytes.length - 1] = 106;
  expect(decodeTerm(bytes)).toBe(nil);
});

it("lists of a million elements keep them", () => {
  const elements = Array.from({ length: 1_000_000 }, (_, i) => i);
  const term = decodeTerm(encodeTerm(new List(elements)));
  expect((term as List).elements).toEqual(elements);
});

it("an integer of 100,000 bytes takes no quadratic time", () => {
  const value = (1n << 800_000n) - 12345n;
  const start = cpuMs();
  const term = decodeTerm(encodeTerm(-value));
  expect(cpuMs() - start).toBeLessThan(2_000);
  expect(kindOf(term)).toBe("integer");
  expect(term === -value).toBe(true);
});

it("maps as keys of maps, 100,000 deep, take no quadratic time", () => {
  let key: Term = new ErlMap([]);
  for (let i = 0; i < DEPTH; i++) {
    key = new ErlMap([
      [key, 1],
      [new Tuple([]), 2],
    ]);
  }
  const bytes = encodeTerm(key);
  const start = cpuMs();
  expect(decodeTerm(bytes)).toBeInstanceOf(ErlMap);
  expect(cpuMs() - start).toBeLessThan(5_000);
});
