import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { equals } from "../../src/terms/equal.js";
import { compareTerms } from "../../src/terms/order.js";
import { printTerm } from "../../src/terms/print.js";
import {
  atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  List,
  nil,
  Pid,
  Port,
  Reference,
  string,
  Tuple,
  tuple,
  type Term,
} from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { areOneKey, ERLANG_FLAGS, anyData, positiveZeros, dataOf, limits, PATIENCE } from "./arbitrary.js";
import { canonical } from "./etf/arbitrary.js";
import { each } from "./etf/batch.js";

/** Few values of every type, so that equal and nearly equal terms meet. */
const numbers: Term[] = [0, 1, -1, 2, 2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, 2n ** 60n, 2n ** 60n + 1n, -(2n ** 70n)];
const floats = [0, -0, 1, 1.5, 2 ** 53, 2 ** 60, -(2 ** 70), 1e300].map((value) => new Float(value));
const atoms = ["", "a", "aa", "b", "A", "\uffff", "\u{10000}", "é"].map((name) => atom(name));
const bits = [
  new Bitstring(new Uint8Array()),
  new Bitstring(Uint8Array.of(16), 4),
  new Bitstring(Uint8Array.of(16)),
  new Bitstring(Uint8Array.of(16, 128), 1),
  new Bitstring(Uint8Array.of(31)),
];
const node = fc.constantFrom(atom("a@h"), atom("b@h"));
const few = fc.integer({ min: 0, max: 2 });
const creation = fc.integer({ min: 1, max: 2 });
const identifier: fc.Arbitrary<Term> = fc.oneof(
  fc.tuple(node, few, few, creation).map(([n, id, serial, c]) => new Pid(n, id, serial, c)),
  fc.tuple(node, few, creation).map(([n, id, c]) => new Port(n, BigInt(id), c)),
  fc
    .tuple(node, creation, fc.array(few, { minLength: 1, maxLength: 5 }))
    .map(([n, c, words]) => new Reference(n, c, words)),
  fc
    .tuple(fc.constantFrom(...atoms), fc.constantFrom(...atoms), few)
    .map(([module, name, arity]) => new ExternalFun(module, name, arity)),
);
const leaf: fc.Arbitrary<Term> = fc.oneof(
  fc.constantFrom<Term>(...numbers, ...floats, ...atoms, ...bits, nil, string("a"), tuple(), new ErlMap([])),
  identifier,
);

const nested = dataOf(leaf, 3);

/** A term and nearly the same one: some integers have become floats, or the other way round, or elements went. */
const related: fc.Arbitrary<[Term, Term]> = fc
  .tuple(nested, fc.infiniteStream(fc.integer({ min: 0, max: 11 })))
  .map(([term, dice]) => {
    const change = (each: Term): Term => {
      const roll = dice.next().value as number;
      if (typeof each === "number" && roll < 4) return new Float(each);
      if (each instanceof Float && Number.isSafeInteger(each.value) && roll < 4)
        return each.value === 0 ? 0 : each.value;
      if (each instanceof Tuple) return new Tuple(each.elements.map(change));
      if (each instanceof List && each.elements.length > 0) {
        const elements = each.elements.map(change);
        return new List(
          roll === 0 && elements.length > 1 ? elements.slice(1) : elements,
          each.tail === undefined ? undefined : change(each.tail),
        );
      }
      if (each instanceof ErlMap) {
        const entries = each.entries.map(([key, value]) => [change(key), change(value)] as const);
        const isDistinct = entries.every(
          ([key], index) => entries.findIndex(([other]) => areOneKey(other, key)) === index,
        );
        return isDistinct ? new ErlMap(entries) : each;
      }
      return each;
    };
    return [term, change(term)];
  });

const sign = (order: number): string => (order < 0 ? "<" : order > 0 ? ">" : "==");

describeErlang("the order of terms", () => {
  const oracle = useOracle(ERLANG_FLAGS);

  /** Up to OTP 26 both zeros are one term. */
  const zerosAsTheirs = async () => ((await oracle.otpRelease()) >= 27 ? (term: Term): Term => term : positiveZeros);

  const kinds: readonly [string, fc.Arbitrary<[Term, Term]>, count: number][] = [
    ["unlike terms", fc.tuple(nested, nested), 3000],
    ["like terms", related, 6000],
    ["leaves", fc.tuple(leaf, leaf), 6000],
    ["identifiers", fc.tuple(identifier, identifier), 4000],
    ["data", fc.tuple(anyData, anyData), 500],
  ];
  for (const [name, pair, count] of kinds) {
    it(`is Erlang's, and so is =:=, of ${name}`, PATIENCE, async () => {
      const compare = `fun(Bytes) ->
          {A, B} = binary_to_term(Bytes),
          [if A < B -> "<"; A > B -> ">"; true -> "==" end, if A =:= B -> " =:="; true -> " =/=" end]
        end`;
      const zeros = await zerosAsTheirs();
      await fc.assert(
        fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 400, size: "max" }), async (made) => {
          const pairs = made.map(([a, b]) => [zeros(a), zeros(b)] as const);
          const theirs = await each(
            oracle,
            compare,
            pairs.map(([a, b]) => encodeTerm(tuple(a, b))),
          );
          pairs.forEach(([a, b], index) => {
            const context = `${printTerm(a)} and ${printTerm(b)}`;
            const ours = `${sign(compareTerms(a, b))} ${equals(a, b) ? "=:=" : "=/="}`;
            expect(ours, context).toBe(theirs[index]!.toString());
            expect(sign(compareTerms(b, a)), context).toBe(sign(-compareTerms(a, b)));
          });
        }),
        limits(count / 200),
      );
    });
  }

  it("sorts as lists:sort/1 does", PATIENCE, async () => {
    const zeros = await zerosAsTheirs();
    await fc.assert(
      fc.asyncProperty(fc.array(nested, { maxLength: 200, size: "max" }), async (made) => {
        const terms = made.map(zeros);
        const [theirs] = await each(oracle, "fun(Bytes) -> term_to_binary(lists:sort(binary_to_term(Bytes))) end", [
          encodeTerm(new List(terms)),
        ]);
        const sorted = (decodeTerm(theirs!) as List).elements;
        const ours = terms.toSorted(compareTerms);
        // Of terms that are equal but not the same, such as 1 and 1.0, lists:sort/1 doesn't keep the order.
        expect(ours.every((term, index) => compareTerms(term, sorted[index]!) === 0)).toBe(true);
        expect(ours.map(canonical).sort()).toEqual(sorted.map(canonical).sort());
      }),
      limits(60),
    );
  });
});
