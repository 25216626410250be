import { describe, expect, it } from "vitest";
import { equals } from "../../src/terms/equal.js";
import { parseForms, parseTerm, type Form } from "../../src/terms/parse.js";
import { printTerm } from "../../src/terms/print.js";
import { ProblemError, type Problem, type Span } from "../../src/terms/problem.js";
import {
  atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  list,
  nil,
  string,
  tuple,
  type Term,
} from "../../src/terms/term.js";

function problemsOf(text: string): readonly Problem[] {
  try {
    parseForms(text, "a.app");
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
  throw new Error(`${text} was parsed`);
}

const shown = ({ summary, span }: Problem): string => `${span!.start.line}:${span!.start.column} ${summary}`;

describe("parsing", () => {
  const cases: readonly [string, Term][] = [
    ["a", atom("a")],
    ["[]", nil],
    ['""', nil],
    ["{}", tuple()],
    ["{a,[1,2|b],$c}", tuple(atom("a"), parseTerm("[1,2|b]"), 99)],
    ['"ab" "c" % more\n "d"', string("abcd")],
    ["-1", -1],
    ["- $a", -97],
    ["+1.5", new Float(1.5)],
    ["-0.0", new Float(-0)],
    ["-0", 0],
    ["-9007199254740992", -9007199254740992n],
    ["(-(1))", -1],
    ["[a|[b|([c|[]])]]", list(atom("a"), atom("b"), atom("c"))],
    ['[a|"b"]', list(atom("a"), 98)],
    ["#{}", new ErlMap([])],
    [
      '# {a => 1, "b" => #{}}',
      new ErlMap([
        [atom("a"), 1],
        [string("b"), new ErlMap([])],
      ]),
    ],
    ["fun lists:'map'/2", new ExternalFun(atom("lists"), atom("map"), 2)],
    ["<<>>", new Bitstring(new Uint8Array())],
    ["<<1,258,-1>>", new Bitstring(Uint8Array.of(1, 2, 255))],
    ['<<"aé漢">>', new Bitstring(Uint8Array.of(97, 0xe9, 0x22))],
    ['<<"é"/utf8, 1:4>>', new Bitstring(Uint8Array.of(0xc3, 0xa9, 16), 4)],
    [
      "<<1:16/little, 1.5/float, (<<1:4>>)/bits>>",
      new Bitstring(Uint8Array.of(1, 0, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 16), 4),
    ],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${text}`, () => {
      expect(printTerm(parseTerm(text))).toBe(printTerm(expected));
      expect(equals(parseTerm(text), expected)).toBe(true);
    });
  }

  it("reads the forms of a file", () => {
    const forms = parseForms('%% coding: utf-8\n{a, 1}.\n\n"b". % last\nc.', "f");
    expect(forms.map(({ term }) => printTerm(term))).toEqual(["{a,1}", '"b"', "c"]);
    expect(parseForms("", "f")).toEqual([]);
    expect(parseForms("% nothing", "f")).toEqual([]);
  });

  it("takes one term with or without its full stop", () => {
    expect(parseTerm("a.")).toBe(atom("a"));
    expect(parseTerm(" a ")).toBe(atom("a"));
    expect(() => parseTerm("")).toThrow("expected a term, found the end of the file");
    expect(() => parseTerm("a. b.")).toThrow("expected the end of the term, found b");
  });

  it("keeps the last value of a key, at the place of the first", () => {
    expect(parseTerm("#{a => 1, b => 2, a => 3}")).toEqual(parseTerm("#{a => 3, b => 2}"));
    const compound = parseTerm('#{{1, "x"} => 1, {1.0, "x"} => 2, [z] => 3, {1, "x"} => 4}') as ErlMap;
    expect(compound.entries.map(([, value]) => value)).toEqual([4, 2, 3]);
  });
});

describe("errors", () => {
  const cases: readonly [text: string, place: string, hint?: string][] = [
    ["{a, b c}.", "1:7 expected ',' or '}', found c", "is a comma missing before it?"],
    ["{a,\n b,}.", "2:4 expected a term, found '}'", "remove the comma before it"],
    ["[a, b}.", "1:6 expected ',', '|' or ']', found '}'", "it doesn't close the bracket that is open"],
    ["{a}}.", "1:4 expected a full stop after the term, found '}'", "nothing is open that it could close"],
    ["{a, b.", "1:6 expected ',' or '}', found a full stop", "is a closing bracket missing?"],
    [
      "{a}",
      "1:4 expected a full stop after the term, found the end of the file",
      "is the full stop or a closing bracket missing?",
    ],
    ["{a}.{b}.", "1:4 expected a full stop after the term, found '.'", "a full stop needs white space behind it"],
    ["{vsn, Vsn}.", "1:7 expected a term, found the variable Vsn", "a term has no variables; an atom would be 'Vsn'"],
    ["[end].", "1:2 expected a term, found the reserved word end", "as an atom it needs quotes: 'end'"],
    ["1 + 2.", "1:3 expected a full stop after the term, found '+'", "only terms can stand here, no expressions"],
    ["f(1).", "1:2 expected a full stop after the term, found '('", "only terms can stand here, no expressions"],
    ["#rec{}.", "1:2 expected '{', as in #{key => value}: a record is no term, found rec"],
    ["#{a := 1}.", "1:5 expected '=>', found ':='"],
    ["-a.", "1:1 bad term: only a number without a sign can follow a sign"],
    [
      "fun f/1.",
      "1:6 expected ':' and a function, as in fun lists:map/2, found '/'",
      "only terms can stand here, no expressions",
    ],
    ["fun a:b/256.", "1:9 bad term: the arity of a fun is at most 255"],
    ["<<1/foo>>.", "1:3 bad term: a segment that makes no bits: undefined bit type foo"],
    ["<<a>>.", "1:3 bad term: a segment that makes no bits: the value is no integer"],
    ["<<1:-8>>.", "1:5 expected a size, found '-'", "only terms can stand here, no expressions"],
  ];
  for (const [text, expected, hint] of cases) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      const [problem, ...more] = problemsOf(text);
      expect(shown(problem!)).toBe(expected);
      expect(problem).toMatchObject({ code: "syntax-error", severity: "error" });
      expect(problem!.hint).toBe(hint);
      expect(more).toEqual([]);
    });
  }

  it("say which bracket is open", () => {
    expect(problemsOf("[\n  {a, b\n].")[0]!.detail).toBe("{ of line 2, column 3 is open");
  });

  it("suspect a quote that was not closed", () => {
    const [problem] = problemsOf('{"a, b}.\n{c, "d"}.\n');
    expect(shown(problem!)).toBe("2:6 expected ',' or '}', found d");
    expect(problem!.hint).toContain("the quotes that open on line 1 close only here");
  });

  it("are all found, form by form", () => {
    expect(problemsOf("{a.\nb.\n[c d].\ne f.\n").map(shown)).toEqual([
      "1:3 expected ',' or '}', found a full stop",
      "3:4 expected ',', '|' or ']', found d",
      "4:3 expected a full stop after the term, found f",
    ]);
    expect(problemsOf("{a.\n{b 'c}.\n").map(shown)).toEqual([
      "1:3 expected ',' or '}', found a full stop",
      "2:4 unterminated quoted atom",
    ]);
    expect(problemsOf("a b. ".repeat(100))).toHaveLength(20);
  });

  it("show their place and line", () => {
    expect(problemsOf("a.\r\n{é, '😀' b}.\r\nc.")[0]!.span).toEqual({
      file: "a.app",
      start: { offset: 13, line: 2, column: 9 },
      end: { offset: 14, line: 2, column: 10 },
      lineText: "{é, '😀' b}.",
    });
  });
});

describe("places", () => {
  const text =
    '%%\n{app, [{"x" "y", \'b c\'} | (tail)],\n #{k => v, {1} => -2, k => [last]},\n <<1,2>>}.\n[a|[b|"cd"]].';
  const forms = parseForms(text, "f");
  const cut = ({ start, end }: Span): string => text.slice(start.offset, end.offset);
  const at = (form: Form, ...path: number[]): string => cut(form.locate(path));

  it("are those of the parts of a form", () => {
    const [form] = forms;
    expect(at(form!)).toBe(text.slice(3, text.indexOf(".\n[")));
    expect(at(form!, 0)).toBe("app");
    expect(at(form!, 1, 0)).toBe('{"x" "y", \'b c\'}');
    expect(at(form!, 1, 0, 0)).toBe('"x" "y"');
    expect(at(form!, 1, 0, 1)).toBe("'b c'");
    expect(at(form!, 1, 1)).toBe("tail");
    expect(at(form!, 2)).toBe("#{k => v, {1} => -2, k => [last]}");
    expect(at(form!, 2, 0)).toBe("k => [last]");
    expect(at(form!, 2, 0, 1, 0)).toBe("last");
    expect(at(form!, 2, 1, 0, 0)).toBe("1");
    expect(at(form!, 2, 1, 1)).toBe("-2");
    expect(at(form!, 3)).toBe("<<1,2>>");
  });

  it("are the nearest ones around what has no place of its own", () => {
    expect(at(forms[0]!, 1, 0, 0, 1)).toBe('"x" "y"');
    expect(at(forms[0]!, 3, 0)).toBe("<<1,2>>");
    expect(at(forms[0]!, 9)).toBe(at(forms[0]!));
  });

  it("follow a list into its tail", () => {
    expect([0, 1, 2, 3].map((index) => at(forms[1]!, index))).toEqual(["a", "b", '"cd"', '"cd"']);
  });

  it("count lines and columns from 1", () => {
    expect(forms[0]!.locate([2, 0])).toMatchObject({
      start: { line: 3, column: 23 },
      lineText: " #{k => v, {1} => -2, k => [last]},",
    });
  });
});
