import fc from "fast-check";
import { printTerm, prettyTerm } from "../../src/terms/print.js";
import { anyData, anyText } from "./arbitrary.js";

/** Source texts for the parser, good and bad, as file:consult/1 would get them. */

const text = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => all.join(""));

const digits = (characters: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...Array.from(characters)), { maxLength: 6 }).map((all) => all.join(""));

/** Numbers as they may be written, and nearly. */
export const numberText: fc.Arbitrary<string> = fc.oneof(
  digits("0123456789"),
  digits("0123456789_"),
  text(digits("0123456789_"), fc.constant("#"), digits("0123456789abcdefABCDEFzZ_")),
  text(fc.integer({ min: 0, max: 40 }).map(String), fc.constant("#"), digits("01xyzXYZ9")),
  text(digits("01_9"), fc.constant("."), digits("0_9")),
  text(digits("19"), fc.constant("."), digits("05_"), fc.constantFrom("e", "E", "e+", "e-", "e_", ""), digits("0123_")),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom("1.0e308", "1.8e308", "1.0e309", "5.0e-324", "1.0e-400", "1.e5", "16#1.8", "0.1e-0", "1.0.0"),
);

const escapes =
  "\\n \\r \\t \\v \\b \\f \\e \\s \\d \\\\ \\\" \\' \\0 \\12 \\123 \\777 \\8 \\18 \\x41 \\x4 \\xg \\x{} \\x{41} \\x{1F600} \\x{D800} " +
  "\\x{FFFE} \\x{110000} \\x{41 \\^a \\^@ \\^? \\^\\ \\^é \\é \\λ \\";

/** What may stand between quotes or after a dollar, and nearly. */
const characterText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...Array.from("abzAZ09 _@.,;:-+\"'\\%$#{}[]()<>|=/?!~^&*`\n\t\r\0\u007f\u0080\u00a0é×÷ßÿλ漢"),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...escapes.split(" "), "\\\n", "\\^\n", "\\ ") },
  { weight: 1, arbitrary: fc.constantFrom("😀", "\ufffe", "\uffff", "\ufeff", "\u{1ffff}") },
);

const characterTexts = fc.array(characterText, { maxLength: 8 }).map((all) => all.join(""));

const names =
  "a ok b@c aB_1 maybe else end fun when if A _ Foo _x ÿx Àx éa ×x λ andalso not bnot div 'a b' 'Q' '' cond let";
const atomText = fc.constantFrom(...names.split(" "), "a b", "' '", "'\n'");

const quotedText = fc.oneof(
  characterTexts.map((content) => `"${content}"`),
  characterTexts.map((content) => `'${content}'`),
  characterText.map((content) => `$${content}`),
  anyText.map((content) => `"${content.replace(/["\\]/g, "\\$&")}"`),
);

const operators =
  ", , , . { } [ ] ( ) | || << >> # #{ => := + - * / ++ -- : :: = == =:= =< ; -> <- <= .. ... ? ?= ! @ ^ & ~ ` \\ fun";

const gap = fc.constantFrom("", "", "", " ", "\n", "\t", " % c\n", "%\n", "\r\n", "\u00a0", "\0");

/** Any tokens in any order: mostly nonsense. */
export const tokenSoup: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...operators.split(" ")) },
        { weight: 2, arbitrary: atomText },
        { weight: 1, arbitrary: numberText },
        { weight: 1, arbitrary: quotedText },
      ),
      gap,
    ),
    { maxLength: 8 },
  )
  .map((tokens) => `${tokens.map((token) => token.join("")).join("")}.\n`);

const types = "integer float binary bytes bitstring bits utf8 utf16 utf32 big little native signed unsigned foo";
const typeText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...types.split(" ")) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("unit:1", "unit:8", "unit:3", "unit:0", "unit:256", "unit:257", "unit:a", "x:1"),
  },
);
const typesText = fc.oneof(
  fc.constant(""),
  fc.array(typeText, { minLength: 1, maxLength: 3 }).map((all) => `/${all.join("-")}`),
);
const sizeText = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 70 }).map((size) => `:${size}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(":(8)", ":(-8)", ":-8", ":$a", ":all", ":undefined", ":8.0", ":a", ':"a"', ":16#f"),
  },
);
const segmentValue = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(String),
  fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }).map(String),
  fc.constantFrom(
    "1.5",
    "-0.25",
    "1.0e300",
    "65520",
    "65519.99",
    "0.00006",
    "3.0e-8",
    "2.0e-8",
    "16#D800",
    "16#10FFFF",
    "1114112",
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value < 0 ? "-1.5" : "2.25")),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toFixed(9)),
  fc.constantFrom(
    '"abc"',
    '"é漢😀"',
    '""',
    '("x")',
    '"a" "b"',
    "a",
    "$a",
    "(1)",
    "-(1)",
    "- 1",
    "-(-1)",
    "[]",
    "(1.5)",
  ),
  fc.constantFrom("<<1,2,3>>", "(<<1:4>>)", "<<>>", '<<"é"/utf8>>', "<<5:3,1:7>>", "(#{})", "#{}", "fun a:b/1"),
);

/** Bit strings, most of them with something that doesn't fit. */
export const binaryText: fc.Arbitrary<string> = fc
  .array(text(segmentValue, sizeText, typesText), { maxLength: 3 })
  .map((segments) => `<<${segments.join(",")}>>.\n`);

/** Terms written with the freedom that source text gives, and some things that are no terms. */
export const termText: fc.Arbitrary<string> = fc
  .letrec<{ term: string }>((tie) => {
    const many = fc.array(
      fc.tuple(gap, tie("term"), gap).map((all) => all.join("")),
      { maxLength: 4 },
    );
    return {
      term: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        atomText,
        numberText,
        quotedText,
        fc
          .tuple(fc.constantFrom("-", "+", "- ", "-(", "not "), tie("term"))
          .map(([sign, term]) => (sign.endsWith("(") ? `${sign}${term})` : sign + term)),
        tie("term").map((term) => `(${term})`),
        many.map((terms) => `{${terms.join(",")}}`),
        many.map((terms) => `[${terms.join(",")}]`),
        fc.tuple(many, tie("term")).map(([terms, tail]) => `[${terms.join(",")}|${tail}]`),
        fc
          .array(fc.tuple(tie("term"), fc.constantFrom("=>", "=>", "=>", ":="), tie("term")), { maxLength: 3 })
          .map((pairs) => `#{${pairs.map((pair) => pair.join(" ")).join(", ")}}`),
        fc.array(quotedText, { minLength: 1, maxLength: 3 }).map((strings) => strings.join(" ")),
        binaryText.map((bits) => bits.slice(0, -2)),
        fc.constantFrom(
          "fun a:b/1",
          "fun a:b/255",
          "fun a:b/256",
          "fun a/1",
          "fun A:b/1",
          "fun a:b/-1",
          "fun 'A':'b c'/16#2",
        ),
        fc.constantFrom(
          "a:b(1)",
          "f()",
          "1+2",
          "X",
          "#r{a=1}",
          "begin a end",
          "[X || X <- []]",
          "<<1|1>>",
          "a,b",
          "#{}#{}",
        ),
      ),
    };
  })
  .term.map((term) => `${term}.\n`);

/** Several forms in a file, with comments and odd ends. */
export const fileText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.oneof(
        anyData.map((term) => `${printTerm(term)}.`),
        anyData.map((term) => `${prettyTerm(term)}.`),
        termText,
      ),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom("\n", " ", "\r\n", "%c\n", "%c", "\n%% coding: utf-8\n", ""),
    fc.constantFrom("", "\n", "%", "% end", "a", "a.", ".", "\u00a0", '"', "'", "$", "$\\"),
  )
  .map(([forms, separator, end]) => forms.join(separator) + end);

/** A text with some characters lost, doubled or replaced. */
export function mutated(base: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.tuple(
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.oneof(characterText, fc.constantFrom(...operators.split(" "), "", "", "")),
  );
  return fc.tuple(base, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([source, edits]) =>
    edits.reduce((current, [position, removed, inserted]) => {
      const characters = Array.from(current);
      characters.splice(position % (characters.length + 1), removed, inserted);
      return characters.join("");
    }, source),
  );
}

const mostly = (usual: readonly string[], ...others: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const lineText = text(
  mostly(["  "], "", "   ", "\t", " "),
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(...'a|b c|"x"|""|""""|\\n|\\|\\s|\\"|é漢😀|'.split("|")),
    },
    { weight: 1, arbitrary: characterText },
  ),
  mostly(["\n", "\n", "\r\n"], "\\\n", " \n"),
);

const sigilName = mostly(["", "~", "~", "~b", "~B", "~s", "~S"], "~x", "~bb", "~ ", "~_", "~A1@");

const tripleText = text(
  sigilName,
  mostly(['"""'], '""""'),
  mostly(["", " ", "\t\u00a0"], "a", "\\s"),
  mostly(["\n", "\r\n"], ""),
  fc.array(lineText, { maxLength: 4 }).map((lines) => lines.join("")),
  mostly(["  ", ""], " ", "\t"),
  mostly(['"""'], '""""', '""'),
);

const sigilText = fc
  .tuple(
    sigilName,
    mostly(
      Array.from("()[]{}<>//||''\"\"##``").flatMap((open, at, all) => (at % 2 === 0 ? open + all[at + 1]! : [])),
      "!!",
    ),
    fc.oneof(characterTexts, anyText),
    mostly([""], "x", " ", '"'),
  )
  .map(([name, [open, close], content, suffix]) => {
    // Most contents don't end the sigil by themselves.
    const inner = content.length % 4 === 0 ? content : content.replaceAll(close!, "");
    return name + open! + inner + close! + suffix;
  });

/** Strings as OTP 27 has them, with many that it refuses, alone and in other terms. */
export const newStringText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(text(fc.oneof(tripleText, sigilText), mostly([""], " ", '"b"', "/utf8")), { minLength: 1, maxLength: 2 }),
    fc.constantFrom("[]", "[]", "{}", "", "<<>>", "-"),
  )
  .map(([strings, around]) => {
    const half = Math.floor(around.length / 2);
    return `${around.slice(0, half)}${strings.join(",")}${around.slice(half)}.\n`;
  });
