/** The character classes of erl_scan: Latin-1 letters count in names, what is beyond needs quotes. */

const SPACE = 1;
const DIGIT = 2;
const LOWER = 4;
const UPPER = 8;
const NAME = 16;

const classes = new Uint8Array(256);

function classify(from: number, to: number, bits: number): void {
  for (let code = from; code <= to; code++) classes[code]! |= bits;
}
classify(0x00, 0x20, SPACE);
classify(0x80, 0xa0, SPACE);
classify(0x30, 0x39, DIGIT | NAME);
classify(0x41, 0x5a, UPPER | NAME);
classify(0x61, 0x7a, LOWER | NAME);
classify(0x5f, 0x5f, UPPER | NAME); // `_` begins a variable
classify(0x40, 0x40, NAME); // `@`
classify(0xc0, 0xd6, UPPER | NAME);
classify(0xd8, 0xde, UPPER | NAME);
classify(0xdf, 0xf6, LOWER | NAME);
classify(0xf8, 0xff, LOWER | NAME);

/** White space, as erl_scan has it: control characters 0 to 31, the space, and 128 to 160. */
export const isSpace = (code: number): boolean => code < 256 && (classes[code]! & SPACE) !== 0;
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
/** May begin an unquoted atom. */
export const isLower = (code: number): boolean => code < 256 && (classes[code]! & LOWER) !== 0;
/** May begin a variable. */
export const isUpper = (code: number): boolean => code < 256 && (classes[code]! & UPPER) !== 0;
/** May stand inside an unquoted atom or a variable. */
export const isName = (code: number): boolean => code < 256 && (classes[code]! & NAME) !== 0;

/** A code point that erl_scan takes in a source: no surrogate, and neither U+FFFE nor U+FFFF. */
export const isUnicode = (code: number): boolean =>
  code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code <= 0x10ffff);

/** The value of a digit in bases up to 36, or 36 for what is no digit. */
export function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x5a) return code - 0x41 + 10;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 10;
  return 36;
}

/** erl_scan:f_reserved_word/1: what no OTP takes for an atom without quotes. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    "after begin case try cond catch andalso orelse end fun if let of receive when bnot not div rem band and " +
    "bor bxor bsl bsr or xor"
  ).split(" "),
);

/** Reserved since OTP 27 (the feature `maybe_expr`), atoms before: read without quotes, but never written so. */
const newReservedWords: ReadonlySet<string> = new Set(["maybe", "else"]);

/** An atom of this name needs quotes to be read as one by every OTP. */
export const isReservedAnywhere = (name: string): boolean => reservedWords.has(name) || newReservedWords.has(name);
