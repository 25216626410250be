import { describe, expect, it } from "vitest";
import { parseTerm } from "../../src/terms/parse.js";
import { prettyTerm, printAtom, printTerm } from "../../src/terms/print.js";
import {
  atom,
  binary,
  Float,
  list,
  OpaqueFun,
  Pid,
  Port,
  Reference,
  string,
  tuple,
  type Term,
} from "../../src/terms/term.js";

/** What OTP prints; print.oracle.test.ts compares with it where it is installed. */
describe("one line", () => {
  const floats: readonly [number, string][] = [
    [0, "0.0"],
    [-0, "-0.0"],
    [100, "100.0"],
    [1000, "1.0e3"],
    [0.0001, "0.0001"],
    [0.00001, "1.0e-5"],
    [123450, "123450.0"],
    [1234567890123456.8, "1234567890123456.8"],
    [2 ** 53, "9.007199254740992e15"],
    [1.7976931348623157e308, "1.7976931348623157e308"],
    [5e-324, "5.0e-324"],
  ];
  for (const [value, text] of floats) {
    it(`prints the float ${text}`, () => {
      expect(printTerm(new Float(value))).toBe(text);
    });
  }

  const atoms: readonly [string, string][] = [
    ["ok", "ok"],
    ["a@B_1", "a@B_1"],
    ["åé", "åé"],
    ["Ok", "'Ok'"],
    ["", "''"],
    ["end", "'end'"],
    ["maybe", "'maybe'"],
    ["else", "'else'"],
    ["a b", "'a b'"],
    ["λ", "'λ'"],
    ["it's\n\"\\\x01\x7f\x80", "'it\\'s\\n\"\\\\\\001\\d\\200'"],
  ];
  for (const [name, text] of atoms) {
    it(`prints the atom ${text}`, () => {
      expect(printAtom(name)).toBe(text);
      expect(printTerm(atom(name))).toBe(text);
    });
  }

  const terms: readonly [Term, string][] = [
    [string("a\"b'\t"), '"a\\"b\'\\t"'],
    [string("λ😀"), '"λ😀"'],
    [list(97, 0), "[97,0]"],
    [list(list(), tuple()), "[[],{}]"],
    [binary("abc"), '<<"abc">>'],
    [binary("é"), '<<"é"/utf8>>'],
    [binary(Uint8Array.of(0xe9)), '<<"é">>'],
    [binary(Uint8Array.of(1, 2)), "<<1,2>>"],
    [parseTerm("<<1,5:3>>"), "<<1,5:3>>"],
    [parseTerm("#{b => 1, 2 => 3, 1.0 => x, a => [1|2]}"), "#{2 => 3,1.0 => x,a => [1|2],b => 1}"],
    [parseTerm("fun lists:map/2"), "fun lists:map/2"],
    [parseTerm("fun 'a@b':'end'/2"), "fun 'a@b':'end'/2"],
  ];
  for (const [term, text] of terms) {
    it(`prints ${text}`, () => {
      expect(printTerm(term)).toBe(text);
    });
  }

  it("prints what has no form in source text so that it can be told apart", () => {
    const node = atom("a@host");
    const terms = [
      new Pid(node, 7, 1, 3),
      new Port(node, 5n, 3),
      new Reference(node, 3, [1, 2, 3]),
      new OpaqueFun(atom("m"), 1, 4, 99, new Uint8Array()),
    ];
    expect(printTerm(list(...terms))).toBe("[<a@host.7.1>,#Port<a@host.5>,#Ref<a@host.3.2.1>,#Fun<m.4.99>]");
    expect(printTerm(list(...terms), { localNode: "a@host" })).toBe("[<0.7.1>,#Port<0.5>,#Ref<0.3.2.1>,#Fun<m.4.99>]");
    expect(prettyTerm(terms[0]!, { localNode: "a@host" })).toBe("<0.7.1>");
    expect(printTerm(new Pid(atom("nonode@nohost"), 7, 1, 0))).toBe("<0.7.1>");
  });
});

describe("several lines", () => {
  const term = parseTerm(
    `{application,example,[{description,"An example of an application that has a long line"},
      {modules,[example_app,example_sup,example_worker,example_registry,example_server]},
      {env,[{limits,#{maximum_of_everything => 1000000, "minimum_of_everything" =>
                                  {not_much,[1,2,3]}}}]}]}`,
  );

  it("are broken as by ~tp", () => {
    expect(prettyTerm(term)).toBe(
      `{application,example,
             [{description,"An example of an application that has a long line"},
              {modules,[example_app,example_sup,example_worker,
                        example_registry,example_server]},
              {env,[{limits,#{maximum_of_everything => 1000000,
                              "minimum_of_everything" =>
                                  {not_much,[1,2,3]}}}]}]}`,
    );
  });

  it("fit a width, and stand behind what is before them", () => {
    expect(prettyTerm(list(10, 20, 30, 40), { width: 9 })).toBe("[10,20,\n 30,40]");
    expect(prettyTerm(list(10, 20, 30, 40), { width: 13, indent: 4 })).toBe("[10,20,\n     30,40]");
    expect(prettyTerm(term, { width: 1000 })).toBe(printTerm(term));
  });

  it("are one line for a term that is nested too deep for them", () => {
    const deep = "[a,".repeat(400) + "b" + "]".repeat(400);
    expect(prettyTerm(parseTerm(deep))).toBe(deep);
  });
});
