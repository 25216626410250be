import { digitValue, isDigit } from "./characters.js";
import { parseInteger } from "./big-integer.js";
import type { Scanner } from "./scan.js";

/**
 * erl_scan:scan_number: an integer, an integer with a base (`16#ff`), or a float, with single underscores between
 * digits. The scanner stands at the first digit; its token becomes an `integer` or a `float`.
 * @throws ProblemError `syntax-error` for a base outside 2..36, a base without digits, an exponent without digits, a
 *   float out of range, an integer too large
 */
export function scanNumber(scanner: Scanner, text: string): void {
  const start = scanner.start;
  const end = digitsEnd(text, start, 10);
  const next = text.charCodeAt(end);
  if (next === 0x23) {
    scanBasedInteger(scanner, text, end);
  } else if (next === 0x2e && isDigit(text.charCodeAt(end + 1))) {
    scanFloat(scanner, text, end + 1);
  } else {
    setInteger(scanner, digitsOf(text, start, end), 10, end);
  }
}

/** scan_based_int: what follows `Base#`. */
function scanBasedInteger(scanner: Scanner, text: string, hash: number): void {
  const base = Number(digitsOf(text, scanner.start, hash));
  if (base < 2 || base > 36) {
    throw scanner.source.syntaxError("illegal base", scanner.start, hash, { hint: "a base is 2 to 36" });
  }
  const end = digitsEnd(text, hash + 1, base);
  if (end === hash + 1) {
    throw scanner.source.syntaxError("illegal integer: no digit after #", scanner.start, hash + 1);
  }
  setInteger(scanner, digitsOf(text, hash + 1, end), base, end);
}

/** scan_fraction, scan_exponent_sign and scan_exponent, from the first digit of the fraction on. */
function scanFloat(scanner: Scanner, text: string, fraction: number): void {
  let end = digitsEnd(text, fraction, 10);
  if (text[end] === "e" || text[end] === "E") {
    const sign = end + 1;
    const exponent = text[sign] === "+" || text[sign] === "-" ? sign + 1 : sign;
    end = digitsEnd(text, exponent, 10);
    if (end === exponent) {
      throw scanner.source.syntaxError("illegal float: no digit in the exponent", scanner.start, end);
    }
  }
  scanner.float = Number(digitsOf(text, scanner.start, end));
  scanner.end = end;
  scanner.category = "float";
  if (!Number.isFinite(scanner.float)) {
    throw scanner.source.syntaxError("illegal float: out of range", scanner.start, end, {
      hint: "the largest float is 1.7976931348623157e308",
    });
  }
}

/** The end of the digits from `at` on. An underscore counts when a digit stands on each side of it. */
function digitsEnd(text: string, at: number, base: number): number {
  const start = at;
  for (;;) {
    while (at < text.length && digitValue(text.charCodeAt(at)) < base) at++;
    if (at === start || text.charCodeAt(at) !== 0x5f || !(digitValue(text.charCodeAt(at + 1)) < base)) return at;
    at++;
  }
}

function digitsOf(text: string, start: number, end: number): string {
  const digits = text.slice(start, end);
  return digits.includes("_") ? digits.replaceAll("_", "") : digits;
}

function setInteger(scanner: Scanner, digits: string, base: number, end: number): void {
  const value = parseInteger(digits, base);
  if (value === undefined) {
    throw scanner.source.syntaxError("illegal integer: too large", scanner.start, end);
  }
  scanner.integer = value;
  scanner.end = end;
  scanner.category = "integer";
}
