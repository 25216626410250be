import { isReservedAnywhere } from "./characters.js";
import type { Problem } from "./problem.js";
import { Scanner } from "./scan.js";
import { isCaret } from "./scan-escape.js";
import { SourceText } from "./source-text.js";

/** What the text must hold to be worth a second look: most have none of it. */
const SUSPECT = /maybe|else|""|\\\^/;

/** A backslash with what it escapes; of `\^X` the X too. */
const ESCAPES = /\\(?:\^([^])|[^])/gu;

/**
 * What file:consult/1 doesn't take any more since OTP 27, and `parseForms` does: `maybe` and `else` without quotes,
 * string literals that touch, `\^` before what is no control character.
 * @param text of which `parseForms` has made terms
 * @param file its name, for messages
 * @returns a warning `outdated-syntax` for each place
 */
export function outdatedSyntax(text: string, file: string): readonly Problem[] {
  if (!SUSPECT.test(text)) return [];
  const source = new SourceText(text, file);
  const scanner = new Scanner(source);
  const found: Problem[] = [];
  const warn = (summary: string, start: number, end: number, hint: string): void => {
    const detail = "Up to OTP 26 it is read as it was meant.";
    found.push({ code: "outdated-syntax", severity: "warning", summary, detail, hint, span: source.span(start, end) });
  };
  let stringEnd = -1;
  for (;;) {
    scanner.scan();
    if (scanner.category === "eof") return found;
    const { category, start, end } = scanner;
    const written = text.slice(start, end);
    if (category === "atom" && isReservedAnywhere(written)) {
      warn(`${written} is a reserved word since OTP 27, which refuses the file`, start, end, `Write '${written}'.`);
    }
    if (category === "string" && start === stringEnd) {
      const summary = "OTP 27 refuses strings with no white space between them";
      warn(summary, start, end, "Write white space between them, or one string.");
    }
    stringEnd = category === "string" ? end : -1;
    if (written.includes("\\^") && hasOddCaret(category, written)) {
      warn("OTP 27 refuses \\^ before this character", start, end, "Write the character itself, or \\x{...}.");
    }
  }
}

function hasOddCaret(category: string, written: string): boolean {
  const isQuoted = category === "char" || category === "string" || category === "atom";
  // A triple-quoted string has no escapes, and sigils are read as OTP 27 does.
  if (!isQuoted || written.startsWith('"""')) return false;
  return [...written.matchAll(ESCAPES)].some(
    ([, control]) => control !== undefined && !isCaret(control.codePointAt(0)!),
  );
}
