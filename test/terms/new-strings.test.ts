import { describe, expect, it } from "vitest";
import { parseForms } from "../../src/terms/parse.js";
import { printTerm } from "../../src/terms/print.js";
import { ProblemError } from "../../src/terms/problem.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { consultHere, useConsult } from "./consult.js";
import { canonical } from "./etf/arbitrary.js";

/** A text, and what file:consult/1 of OTP 27 reads of it, or undefined where it refuses the text. */
const cases: readonly (readonly [text: string, term: string | undefined])[] = [
  ['~"abc".', '<<"abc">>'],
  ['~"é漢😀".', '<<"é漢😀"/utf8>>'],
  ['~"".', "<<>>"],
  ['~b"a\\tb".', '<<"a\\tb">>'],
  ['~B"a\\tb".', '<<"a\\\\tb">>'],
  ['~s"a\\tb".', '"a\\tb"'],
  ['~S"a\\tb".', '"a\\\\tb"'],
  ['~"a\\"b".', '<<"a\\"b">>'],
  ['~B"a\\"b".', undefined],
  [
    "[~(a),~[b],~{c},~<d>,~/e/,~|f|,~#g#,~`h`,~'i',~\"j\"].",
    '[<<"a">>,<<"b">>,<<"c">>,<<"d">>,<<"e">>,<<"f">>,<<"g">>,<<"h">>,<<"i">>,<<"j">>]',
  ],
  ["~b(a(b)c).", undefined],
  ["~s[a\\]b].", '"a]b"'],
  ["~S[a\\]b].", undefined],
  ["~s{a\nb}.", '"a\\nb"'],
  ["~!a!.", undefined],
  ["~.", undefined],
  ["~a.", undefined],
  ['~ "a".', undefined],
  ['~x"a".', undefined],
  ['~bs"a".', undefined],
  ['~"\\^é".', undefined],
  ['~B"\\^é".', '<<"\\\\^é"/utf8>>'],
  ['~b"""\n\\^é\n""".', undefined],
  ['~"a"x.', undefined],
  ['~"a" x.', undefined],
  ['~"a" "b".', undefined],
  ['"a" ~"b".', undefined],
  ['~s"a" "b".', undefined],
  ['"a" ~s"b".', undefined],
  ['<<~s"ab">>.', '<<"ab">>'],
  ['<<~s"é"/utf8>>.', '<<"é"/utf8>>'],
  ['<<~"ab">>.', undefined],
  ['<<~"ab"/binary,1>>.', "<<97,98,1>>"],
  ['-~s"a".', undefined],
  ['#{~"k" => ~s"v"}.', '#{<<"k">> => "v"}'],
  ['{~"a", % ~"\n~"b"}.', '{<<"a">>,<<"b">>}'],
  ['"""\nab\n""".', '"ab"'],
  ['"""\n  ab\n  c\n  """.', '"ab\\nc"'],
  ['"""\n  ab\n    c\n  """.', '"ab\\n  c"'],
  ['"""  \t\n ab\n """.', '"ab"'],
  ['"""\n\n\n""".', '"\\n"'],
  ['"""\n""".', "[]"],
  ['"""\n\n  ab\n\n  c\n  """.', '"\\nab\\n\\nc"'],
  ['"""\r\n  ab\r\n  c\r\n  """.', '"ab\\r\\nc"'],
  ['"""\n  a\\tb"c""d\n  """.', '"a\\\\tb\\"c\\"\\"d"'],
  ['""""\n  """\n  a\n  """"."', undefined],
  ['""""\n  """\n  a\n  """".', '"\\"\\"\\"\\na"'],
  ['"""\n  ab\n c\n  """.', undefined],
  ['"""\n\tab\n  """.', undefined],
  ['"""\n  ab"""\n  """.', '"ab\\"\\"\\""'],
  ['"""\n  ab""".', undefined],
  ['"""\nab\n""" "c".', '"abc"'],
  ['"c" """\nab\n""".', '"cab"'],
  ['"""\nab\n""""c".', undefined],
  ['"""\nab\n"""\n"""\nc\n""".', '"abc"'],
  ['~"""\n  a\\tb\n  """.', '<<"a\\\\tb">>'],
  ['~b"""\n  a\\tb\n  """.', '<<"a\\tb">>'],
  ['~B"""\n  a\\tb\n  """.', '<<"a\\\\tb">>'],
  ['~s"""\n  a\\tb\n  """.', '"a\\tb"'],
  ['~S"""\n  a\\tb\n  """.', '"a\\\\tb"'],
  ['~s"""\n  a\\\n  b\n  """.', '"a\\nb"'],
  ['~s"""\n\\s a\n  """.', '"a"'],
  ['~s"""\n  """x.', undefined],
  ['[<<"""\nab\n""">>].', '[<<"ab">>]'],
  ['"\\^?\\^@\\^A\\^z\\^_".', "[127,0,1,26,31]"],
];

/** What OTP 27 refuses, and older ones read. */
const oldCases: readonly (readonly [text: string, term: string])[] = [
  ['"a""b".', '"ab"'],
  ['"""ab""".', '"ab"'],
  ['"""ab\n""".', '"ab\\n"'],
  ['"""""".', "[]"],
  ['["a"""].', '["a"]'],
  ["[maybe,else].", "['maybe','else']"],
  ['"\\^é".', '"\\t"'],
];

function reading(text: string): string | undefined {
  try {
    return parseForms(text, "source.terms")
      .map(({ term }) => printTerm(term))
      .join(" ");
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

describe("strings of OTP 27", () => {
  it.each(cases)("%j is read as there", (text, term) => {
    expect(reading(text)).toBe(term);
  });

  it.each(oldCases)("%j is read as before", (text, term) => {
    expect(reading(text)).toBe(term);
  });

  it.each([
    ['{a,\n ~x"b"}.', "2:2-2:4 illegal sigil prefix ~x"],
    ["~.", "1:1-1:2 illegal sigil: no string follows"],
    ['~"a"x.', "1:5-1:6 illegal sigil suffix"],
    ['{~b"a', "1:2-1:3 unterminated sigil ~b"],
    ['"""\n  a\n b\n  """.', "3:1-3:2 bad indentation in triple-quoted string"],
    ['{a, """\n  a""".', "1:5-1:6 unterminated triple-quoted string"],
    ['~"""a\n  a\n """.', "1:5-1:6 not white space after start of triple-quoted string"],
    ['"""\n  a\n """"b".', "3:5-3:6 adjacent string literals without intervening white space"],
    ['{~"a" ~"b"}.', `1:7-1:11 expected ',' or '}', found ~"b"`],
  ])("%j is refused, and why", (text, message) => {
    try {
      parseForms(text, "source.terms");
      expect.unreachable();
    } catch (error) {
      const { span, summary } = (error as ProblemError).problems[0]!;
      const { start, end } = span!;
      expect(`${start.line}:${start.column}-${end.line}:${end.column} ${summary}`).toBe(message);
    }
  });

  it("have places", () => {
    const text = '{a,\n ~"bc",\n """\n d\n """}.';
    const [form] = parseForms(text, "source.terms");
    const textAt = (path: number[]): [number, number] => {
      const { start, end } = form!.locate(path);
      return [start.line, end.line];
    };
    expect(textAt([1])).toEqual([2, 2]);
    expect(textAt([2])).toEqual([3, 5]);
  });
});

describeErlang("strings of OTP 27", () => {
  const oracle = useOracle();
  const consult = useConsult(oracle);

  it("are what the installed OTP reads from 27 on; older ones know no sigils", async () => {
    const isNew = (await oracle.otpRelease()) >= 27;
    const asked = cases.filter(([text]) => isNew || text.includes("~"));
    const bytes = asked.map(([text]) => Buffer.from(text));
    const theirs = await consult(bytes);
    asked.forEach(([text, term], index) => {
      const expected = theirs[index];
      expect(expected === undefined, text).toBe(!isNew || term === undefined);
      if (expected !== undefined) expect(canonical(expected), text).toBe(canonical(consultHere(bytes[index]!)!));
    });
  });

  it("that only older ones read are refused from 27 on", async () => {
    const isNew = (await oracle.otpRelease()) >= 27;
    const bytes = oldCases.map(([text]) => Buffer.from(text));
    const theirs = await consult(bytes);
    oldCases.forEach(([text], index) => {
      const expected = theirs[index];
      expect(expected === undefined, text).toBe(isNew);
      if (expected !== undefined) expect(canonical(expected), text).toBe(canonical(consultHere(bytes[index]!)!));
    });
  });
});
