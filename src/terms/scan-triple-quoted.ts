import { isSpace } from "./characters.js";
import { checkUnicode } from "./scan-character.js";
import { scanEscape } from "./scan-escape.js";
import { unterminated } from "./scan-quoted.js";
import type { Scanner } from "./scan.js";

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/**
 * Whether the quote at `at` begins a triple-quoted string of OTP 27: three or more quotes, and behind them nothing but
 * white space on the line. Up to OTP 26 they are an empty string and the begin of another one, and so they are here
 * when anything else follows, which OTP 27 refuses.
 */
export function beginsTripleQuoted(text: string, at: number): boolean {
  if (!text.startsWith('"""', at)) return false;
  let end = quotesEnd(text, at);
  while (end < text.length && text.charCodeAt(end) !== NEWLINE && isSpace(text.charCodeAt(end))) end++;
  return text.charCodeAt(end) === NEWLINE;
}

/**
 * scan_tqstring: the lines between two that have as many quotes, without what the last one is indented by. Sets the
 * scanner's `text` to them, and its `end` behind the last quote.
 * @param opening where the quotes begin
 * @param isVerbatim a backslash is a character like others
 * @throws ProblemError `syntax-error` as OTP 27 does
 */
export function scanTripleQuoted(scanner: Scanner, opening: number, { isVerbatim }: { readonly isVerbatim: boolean }) {
  const { source } = scanner;
  const { text } = source;
  let at = quotesEnd(text, opening);
  const quotes = text.slice(opening, at);
  const lines: Line[] = [];
  let line: Line = { start: at, content: "" };
  for (;;) {
    if (at >= text.length) throw unterminated(scanner, "triple-quoted string", `${quotes} on a line of its own`);
    const code = text.charCodeAt(at);
    let end = at + (code >= 0xd800 ? checkUnicode(source, at) : 1);
    let character = text.slice(at, end);
    if (code === 0x5c && !isVerbatim) {
      const escape = scanEscape(source, at, true);
      if (escape === undefined) throw unterminated(scanner, "triple-quoted string", `${quotes} on a line of its own`);
      ({ end } = escape);
      character = String.fromCodePoint(escape.code);
    }
    line.content += character;
    at = end;
    // An escape of a line end counts as one; an escape that stands for one doesn't.
    if (text.charCodeAt(end - 1) !== NEWLINE) continue;
    lines.push(line);
    line = { start: at, content: "" };
    const indentEnd = spaceEnd(text, at);
    if (!text.startsWith(quotes, indentEnd)) continue;
    scanner.end = indentEnd + quotes.length;
    break;
  }
  scanner.text = withoutIndent(scanner, lines, text.slice(at, scanner.end - quotes.length));
  if (text.charCodeAt(scanner.end) === QUOTE) {
    const summary = "adjacent string literals without intervening white space";
    throw source.syntaxError(summary, scanner.end, scanner.end + 1);
  }
}

/** A line with its end, the escapes in it replaced; and where it starts. */
interface Line {
  readonly start: number;
  content: string;
}

/** tqstring_finish: of the first line, where the quotes are, nothing may be left; the last one's end isn't counted. */
function withoutIndent({ source }: Scanner, [first, ...lines]: readonly Line[], indent: string): string {
  const rest = first!.content.search(/[^\x00-\x20\x80-\xa0]/);
  if (rest !== -1) {
    const summary = "not white space after start of triple-quoted string";
    throw source.syntaxError(summary, first!.start, first!.start + 1);
  }
  const contents = lines.map(({ start, content }, index) => {
    const line = index === lines.length - 1 ? content.replace(/\r?\n$/, "") : content;
    if (line === "" || /^\r?\n/.test(line)) return line;
    if (!line.startsWith(indent)) {
      throw source.syntaxError("bad indentation in triple-quoted string", start, start + 1, {
        hint: "every line begins with the white space that stands before the closing quotes",
      });
    }
    return line.slice(indent.length);
  });
  return contents.join("");
}

function quotesEnd(text: string, at: number): number {
  while (text.charCodeAt(at) === QUOTE) at++;
  return at;
}

function spaceEnd(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) !== NEWLINE && isSpace(text.charCodeAt(at))) at++;
  return at;
}
