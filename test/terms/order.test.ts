import { describe, expect, it } from "vitest";
import { equals } from "../../src/terms/equal.js";
import { compareTerms, sortedEntries } from "../../src/terms/order.js";
import { parseTerm } from "../../src/terms/parse.js";
import { printTerm } from "../../src/terms/print.js";
import { atom, List, Pid, Port, Reference, type ErlMap, type Term } from "../../src/terms/term.js";

const node = atom("a@host");

/** Each is less than the next one. order.oracle.test.ts compares with Erlang where it is installed. */
const ascending: readonly Term[] = [
  ..."-18446744073709551616 -1.5 0 1 1.5 9007199254740992.0 9007199254740993 1.0e300"
    .split(" ")
    .map((text) => parseTerm(text)),
  atom(""),
  atom("a"),
  atom("aa"),
  atom("b"),
  atom("\uffff"),
  atom("\u{10000}"),
  new Reference(node, 1, [1, 2, 3]),
  new Reference(node, 1, [1, 3, 3]),
  parseTerm("fun a:a/1"),
  parseTerm("fun a:b/0"),
  new Port(node, 1n, 1),
  new Port(node, 1n, 2),
  new Pid(node, 1, 0, 1),
  new Pid(node, 0, 1, 1),
  ..."{} {b} {a,a} {a,b} #{} #{1=>9} #{1.0=>0} #{a=>1,b=>1} #{a=>1,c=>0} #{a=>2,c=>0} [] [1|2] [1] [1,1] [2]"
    .split(" ")
    .map((text) => parseTerm(text)),
  parseTerm("<<>>"),
  parseTerm("<<0:4>>"),
  parseTerm("<<0>>"),
  parseTerm("<<0,1:1>>"),
  parseTerm("<<1>>"),
];

describe("the order of terms", () => {
  it("is that of Erlang", () => {
    ascending.forEach((a, i) => {
      ascending.forEach((b, j) => {
        expect(Math.sign(compareTerms(a, b)), `${printTerm(a)} and ${printTerm(b)}`).toBe(Math.sign(i - j));
        expect(equals(a, b)).toBe(i === j);
      });
    });
  });

  it("has numbers equal by value that are not the same term", () => {
    for (const [a, b] of [
      ["1", "1.0"],
      ["{1,[2]}", "{1.0,[2.0]}"],
      ["#{a => 1}", "#{a => 1.0}"],
      ["0.0", "-0.0"],
    ] as const) {
      expect(compareTerms(parseTerm(a), parseTerm(b))).toBe(0);
      expect(equals(parseTerm(a), parseTerm(b))).toBe(false);
    }
  });

  it("tells a list that ends from one that goes on, by the tail", () => {
    const order = (a: string, b: string): number => Math.sign(compareTerms(parseTerm(a), parseTerm(b)));
    expect(order("[1]", "[1|a]")).toBe(1);
    expect(order("[1]", "[1|<<>>]")).toBe(-1);
    expect(order("[1,2]", "[1|a]")).toBe(1);
    expect(order("[1,2]", "[1|<<>>]")).toBe(-1);
    expect(compareTerms(new List([1], atom("a")), new List([1], atom("b")))).toBeLessThan(0);
  });

  it("doesn't look at the order that a map was written in", () => {
    const [a, b] = ["#{a => 1, 2 => #{x => 1, y => 2}}", "#{2 => #{y => 2, x => 1}, a => 1}"].map((text) =>
      parseTerm(text),
    );
    expect(equals(a!, b!)).toBe(true);
    expect(sortedEntries(a as ErlMap).map(([key]) => key)).toEqual([2, atom("a")]);
    expect((a as ErlMap).entries[0]![0]).toBe(atom("a"));
  });
});
