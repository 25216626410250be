import { isName } from "./characters.js";
import { scanQuoted } from "./scan-quoted.js";
import { scanTripleQuoted } from "./scan-triple-quoted.js";
import type { Scanner } from "./scan.js";

/** erl_scan:string_right_delimiter/1 */
const closers: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
  ["/", "/"],
  ["|", "|"],
  ["#", "#"],
  ["`", "`"],
  ["'", "'"],
  ['"', '"'],
]);

/** Those that make a string; the other ones make a binary. */
const stringPrefixes = new Set(["s", "S"]);
const prefixes = new Set(["", "b", "B", ...stringPrefixes]);
const verbatimPrefixes = new Set(["B", "S"]);

/**
 * A sigil, as OTP 27 has it (erl_scan:scan_sigil_prefix, erl_parse:build_sigil): `~"..."` and `~b"..."` are the UTF-8
 * binary of a text, `~B"..."` the same without escapes, `~s"..."` and `~S"..."` the string. The scanner stands at the
 * tilde, and its token becomes a `sigil binary` or a `sigil string`. Before OTP 27 no term has a tilde.
 * @param prefixEnd where the name behind the tilde ends
 * @throws ProblemError `syntax-error` for a name or a delimiter that isn't known, and as for other strings
 */
export function scanSigil(scanner: Scanner, prefixEnd: number): void {
  const { source, start } = scanner;
  const { text } = source;
  const prefix = text.slice(start + 1, prefixEnd);
  const closing = closers.get(text.charAt(prefixEnd));
  if (closing === undefined) {
    throw source.syntaxError("illegal sigil: no string follows", start, prefixEnd, {
      hint: 'a sigil is written ~"text", or with one of / | # \' ` ( [ { < for the quotes',
    });
  }
  if (!prefixes.has(prefix)) {
    const hint = "the sigils are ~ ~b ~B (a binary) and ~s ~S (a string)";
    throw source.syntaxError(`illegal sigil prefix ~${prefix}`, start, prefixEnd, { hint });
  }
  if (text.startsWith('"""', prefixEnd)) {
    // Here the sigil without a name has no escapes, as the string without a sigil.
    scanTripleQuoted(scanner, prefixEnd, { isVerbatim: prefix !== "b" && prefix !== "s" });
  } else {
    const isVerbatim = verbatimPrefixes.has(prefix);
    scanQuoted(scanner, prefixEnd + 1, closing.charCodeAt(0), `sigil ~${prefix}`, { isVerbatim });
  }
  if (scanner.end < text.length && isName(text.charCodeAt(scanner.end))) {
    throw source.syntaxError("illegal sigil suffix", scanner.end, scanner.end + 1, { hint: "no sigil has one" });
  }
  scanner.category = stringPrefixes.has(prefix) ? "sigil string" : "sigil binary";
}
