import { isUnicode } from "./characters.js";
import type { SourceText } from "./source-text.js";

/**
 * The length in UTF-16 units of the character at `at`, which must be one that erl_scan takes.
 * @throws ProblemError `syntax-error` for another one
 */
export function checkUnicode(source: SourceText, at: number): number {
  const code = source.text.codePointAt(at)!;
  if (!isUnicode(code)) throw illegalCharacter(source, at);
  return code > 0xffff ? 2 : 1;
}

/** The error for the character at `at`, which may not stand there. */
export function illegalCharacter(source: SourceText, at: number) {
  const code = source.text.codePointAt(at)!;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const hint = isUnicode(code) ? { hint: "letters beyond Latin-1 need quotes" } : {};
  return source.syntaxError(`illegal character ${name}`, at, at + (code > 0xffff ? 2 : 1), hint);
}
