/** Character sets of Erlang's `re`, as far as ASCII goes, as sorted ranges of code points. */

export type Range = readonly [first: number, last: number];

const DIGIT: readonly Range[] = [[0x30, 0x39]];
const SPACE: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

/** The set that `\d`, `\D`, `\s`, `\S`, `\w` or `\W` stands for; undefined for any other letter. */
export function shorthand(letter: string): readonly Range[] | undefined {
  switch (letter) {
    case "d":
      return DIGIT;
    case "D":
      return complement(DIGIT);
    case "s":
      return SPACE;
    case "S":
      return complement(SPACE);
    case "w":
      return WORD;
    case "W":
      return complement(WORD);
    default:
      return undefined;
  }
}

function complement(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first > next) result.push([next, first - 1]);
    next = last + 1;
  }
  result.push([next, 0x10ffff]);
  return result;
}

/** The inside of a JavaScript character class that holds these ranges. */
export function classSource(ranges: readonly Range[]): string {
  return ranges
    .map(([first, last]) => (first === last ? literal(first) : `${literal(first)}-${literal(last)}`))
    .join("");
}

/** A code point as the source of a JavaScript expression with the `u` flag, inside a class or outside. */
export function literal(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  return /^[0-9A-Za-z_]$/.test(character) ? character : `\\u{${codePoint.toString(16)}}`;
}
