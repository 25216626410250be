import { digitValue, isUnicode } from "./characters.js";
import type { SourceText } from "./source-text.js";

const namedEscapes: ReadonlyMap<string, number> = new Map([
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ["b", 8],
  ["f", 12],
  ["e", 27],
  ["s", 32],
  ["d", 127],
]);

const isOctal = (code: number): boolean => code >= 0x30 && code <= 0x37;
const isHex = (code: number): boolean => digitValue(code) < 16;

/** What may stand behind `\^` since OTP 27: `@` to `_`, `a` to `z`, and `?` (erl_scan:caret_char_code/1). */
export const isCaret = (code: number): boolean =>
  (code >= 0x40 && code <= 0x5f) || (code >= 0x61 && code <= 0x7a) || code === 0x3f;

/**
 * erl_scan:scan_escape/2: the character that the backslash at `at` begins, and where it ends; undefined when the text
 * ends first. `\123` octal with one to three digits, `\x41`, `\x{1F600}`, `\^X` control, `\n` and its like by name,
 * and any other character for itself (also a line end: a backslash doesn't join lines in Erlang).
 * @param isStrict as OTP 27 has it: behind `\^` only a character that {@link isCaret} takes
 * @throws ProblemError `syntax-error` for an escape that stands for no character
 */
export function scanEscape(
  source: SourceText,
  at: number,
  isStrict = false,
): { code: number; end: number } | undefined {
  const text = source.text;
  const first = at + 1;
  if (first >= text.length) return undefined;
  const code = text.codePointAt(first)!;
  if (isOctal(code)) {
    let end = first + 1;
    while (end < first + 3 && end < text.length && isOctal(text.charCodeAt(end))) end++;
    return { code: Number.parseInt(text.slice(first, end), 8), end };
  }
  if (code === 0x78) return scanHex(source, at);
  if (code === 0x5e) {
    if (first + 1 >= text.length) return undefined;
    const control = text.codePointAt(first + 1)!;
    const end = first + (control > 0xffff ? 3 : 2);
    if (isStrict && !isCaret(control)) throw illegal(source, at, end);
    // Since OTP 27 a `\^?` is DEL; before, it was as of every other character its low five bits.
    return { code: control === 0x3f ? 127 : control & 31, end };
  }
  if (!isUnicode(code)) throw illegal(source, at, first + 1);
  return { code: namedEscapes.get(text[first]!) ?? code, end: first + (code > 0xffff ? 2 : 1) };
}

/** `\xHH`, or `\x{H...}`. */
function scanHex(source: SourceText, at: number): { code: number; end: number } | undefined {
  const text = source.text;
  let digits = at + 2;
  if (digits >= text.length) return undefined;
  let end = digits;
  if (text[digits] === "{") {
    end = ++digits;
    while (end < text.length && isHex(text.charCodeAt(end))) end++;
    if (end >= text.length) return undefined;
    if (text[end] !== "}") throw illegal(source, at, end);
  } else {
    while (end < digits + 2 && end < text.length && isHex(text.charCodeAt(end))) end++;
    if (end >= text.length && end < digits + 2) return undefined;
    if (end < digits + 2) throw illegal(source, at, end);
  }
  const closed = text[end] === "}" && text[digits - 1] === "{" ? end + 1 : end;
  const code = Number.parseInt(text.slice(digits, end), 16);
  if (!isUnicode(code)) throw illegal(source, at, closed);
  return { code, end: closed };
}

function illegal(source: SourceText, start: number, end: number) {
  return source.syntaxError("illegal character: the escape stands for none", start, end, {
    hint: "an escape is \\n and its like, \\101 (octal), \\x41, \\x{1F600} or \\^A",
  });
}
