import { checkUnicode } from "./scan-character.js";
import { scanEscape } from "./scan-escape.js";
import type { Scanner } from "./scan.js";

/**
 * scan_qstring and scan_vstring: sets the scanner's `text` to what stands from `from` up to the closing character, and
 * its `end` behind that.
 * @param closing the code of the closing character
 * @param what is quoted, for the message
 * @param sigil given for a sigil, whose escapes are OTP 27's; verbatim, a backslash is a character like others
 * @throws ProblemError `syntax-error` when the text ends first, or for what stands for no character
 */
export function scanQuoted(
  scanner: Scanner,
  from: number,
  closing: number,
  what: string,
  sigil?: { readonly isVerbatim: boolean },
): void {
  const { source } = scanner;
  const { text } = source;
  let at = from;
  let content = "";
  for (;;) {
    if (at >= text.length) throw unterminated(scanner, what, String.fromCharCode(closing));
    const code = text.charCodeAt(at);
    if (code === closing) break;
    if (code === 0x5c && sigil?.isVerbatim !== true) {
      const escape = scanEscape(source, at, sigil !== undefined);
      if (escape === undefined) throw unterminated(scanner, what, String.fromCharCode(closing));
      content += text.slice(from, at) + String.fromCodePoint(escape.code);
      at = from = escape.end;
    } else {
      at += code >= 0xd800 ? checkUnicode(source, at) : 1;
    }
  }
  scanner.text = content === "" ? text.slice(from, at) : content + text.slice(from, at);
  scanner.end = at + 1;
}

/** The error of what begins at the scanner's token and isn't closed. */
export function unterminated(scanner: Scanner, what: string, closing: string) {
  const { source, start } = scanner;
  return source.syntaxError(`unterminated ${what}`, start, start + 1, { hint: `the closing ${closing} is missing` });
}
