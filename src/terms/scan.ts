import { isDigit, isLower, isName, isSpace, isUnicode, isUpper, reservedWords } from "./characters.js";
import { scanEscape } from "./scan-escape.js";
import { scanNumber } from "./scan-number.js";
import type { SourceText } from "./source-text.js";

/** list_to_atom/1 takes so many characters. */
const MAX_ATOM_CHARACTERS = 255;

const LONGEST_RESERVED_WORD = Math.max(...Array.from(reservedWords, (word) => word.length));

const operators = "... =:= =/= .. ?= << <- <= >> >= -> -- ++ =< => == /= || := ::".split(" ");

/** By the code of the first character: the operators of more than one character, the longest first. */
const operatorsAt: readonly (readonly string[])[] = Array.from({ length: 256 }, (_, code) =>
  operators.filter((operator) => operator.charCodeAt(0) === code),
);

/** By its code: a character as the category that it is when it stands alone. */
const characters: readonly string[] = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/**
 * erl_scan: takes a text apart into tokens, one at a time. {@link Scanner.scan} steps to the next token, whose parts
 * are then in the fields.
 */
export class Scanner {
  readonly source: SourceText;
  /**
   * What the token is, as in erl_scan: `atom`, `var`, `integer`, `float`, `char`, `string`, `dot`, or the text of the
   * punctuation or the reserved word itself. `eof` follows the last token for ever.
   */
  category = "eof";
  /** Where the token is: UTF-16 offsets, the end exclusive. */
  start = 0;
  end = 0;
  /** The value of an `integer` or a `char`. */
  integer: number | bigint = 0;
  /** The value of a `float`. */
  float = 0;
  /** The name of an `atom` or a `var`, or the content of a `string`. */
  text = "";
  readonly #text: string;

  /** A scanner of the source from `offset` on; before the first call of `scan` it stands at no token. */
  constructor(source: SourceText, offset = 0) {
    this.source = source;
    this.#text = source.text;
    this.end = offset;
  }

  /**
   * Steps to the next token (erl_scan:tokens/3, one token at a time).
   * @throws ProblemError `syntax-error` where erl_scan answers an error
   */
  scan(): void {
    const text = this.#text;
    const at = this.#skipSpace(this.end);
    this.start = at;
    if (at >= text.length) {
      this.end = at;
      this.category = "eof";
      return;
    }
    const code = text.charCodeAt(at);
    if (isLower(code)) this.#atom();
    else if (isDigit(code)) scanNumber(this, text);
    else if (isUpper(code)) this.#variable();
    else if (code === 0x22) this.#string();
    else if (code === 0x27) this.#quotedAtom();
    else if (code === 0x24) this.#char();
    else if (code === 0x2e && this.#dotEnds(at + 1)) this.#token("dot", at + 1);
    else this.#punctuation(code);
  }

  #token(category: string, end: number): void {
    this.category = category;
    this.end = end;
  }

  /** skip_white_space and skip_comment. */
  #skipSpace(at: number): number {
    const text = this.#text;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isSpace(code)) continue;
      if (code !== 0x25) break; // %
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      this.#checkComment(at, end);
      at = end;
    }
    return Math.min(at, text.length);
  }

  #checkComment(at: number, end: number): void {
    while (at < end) at += this.#text.charCodeAt(at) >= 0xd800 ? this.#checkUnicode(at) : 1;
  }

  #nameEnd(at: number): number {
    const text = this.#text;
    while (at < text.length && isName(text.charCodeAt(at))) at++;
    return at;
  }

  /** scan_atom: an atom without quotes, or a reserved word. */
  #atom(): void {
    this.end = this.#nameEnd(this.start + 1);
    const name = this.#text.slice(this.start, this.end);
    this.text = name;
    this.category = name.length <= LONGEST_RESERVED_WORD && reservedWords.has(name) ? name : "atom";
    this.#checkLength("atom");
  }

  #variable(): void {
    this.#token("var", this.#nameEnd(this.start + 1));
    this.text = this.#text.slice(this.start, this.end);
    this.#checkLength("variable");
  }

  #string(): void {
    this.#quoted(0x22);
    this.category = "string";
  }

  /** scan_qatom */
  #quotedAtom(): void {
    this.#quoted(0x27);
    this.category = "atom";
    this.#checkLength("atom");
  }

  /** scan_dot: a full stop is followed by white space, a comment, or the end. */
  #dotEnds(at: number): boolean {
    if (at >= this.#text.length) return true;
    const code = this.#text.charCodeAt(at);
    return isSpace(code) || code === 0x25;
  }

  #punctuation(code: number): void {
    const at = this.start;
    if (code > 0xff) throw this.#illegalCharacter(at);
    for (const operator of operatorsAt[code]!) {
      if (this.#text.startsWith(operator, at)) {
        this.#token(operator, at + operator.length);
        return;
      }
    }
    this.#token(characters[code]!, at + 1);
  }

  /** scan_string0: sets `text` to what stands between the quotes. */
  #quoted(quote: number): void {
    const text = this.#text;
    let at = this.start + 1;
    let from = at;
    let content = "";
    for (;;) {
      if (at >= text.length) throw this.#unterminated(quote);
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === 0x5c) {
        const escape = scanEscape(this.source, at);
        if (escape === undefined) throw this.#unterminated(quote);
        content += text.slice(from, at) + String.fromCodePoint(escape.code);
        at = from = escape.end;
      } else {
        at += code >= 0xd800 ? this.#checkUnicode(at) : 1;
      }
    }
    this.text = from === this.start + 1 ? text.slice(from, at) : content + text.slice(from, at);
    this.end = at + 1;
  }

  /** scan_char: `$c` and `$\n`. */
  #char(): void {
    const text = this.#text;
    const at = this.start + 1;
    this.category = "char";
    if (text.charCodeAt(at) === 0x5c) {
      const escape = scanEscape(this.source, at);
      if (escape === undefined) throw this.source.syntaxError("unterminated character", this.start, text.length);
      this.integer = escape.code;
      this.end = escape.end;
    } else {
      if (at >= text.length) throw this.source.syntaxError("unterminated character", this.start, text.length);
      this.end = at + this.#checkUnicode(at);
      this.integer = text.codePointAt(at)!;
    }
  }

  /** The length in UTF-16 units of the character at `at`, which must be one that erl_scan takes. */
  #checkUnicode(at: number): number {
    const code = this.#text.codePointAt(at)!;
    if (!isUnicode(code)) throw this.#illegalCharacter(at);
    return code > 0xffff ? 2 : 1;
  }

  #checkLength(what: string): void {
    if (this.text.length <= MAX_ATOM_CHARACTERS) return;
    const length = Array.from(this.text).length;
    if (length <= MAX_ATOM_CHARACTERS) return;
    const summary = `illegal ${what}: ${length} characters, of at most ${MAX_ATOM_CHARACTERS}`;
    throw this.source.syntaxError(summary, this.start, this.end);
  }

  #illegalCharacter(at: number) {
    const code = this.#text.codePointAt(at)!;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    const hint = isUnicode(code) ? { hint: "letters beyond Latin-1 need quotes" } : {};
    return this.source.syntaxError(`illegal character ${name}`, at, at + (code > 0xffff ? 2 : 1), hint);
  }

  #unterminated(quote: number) {
    const what = quote === 0x22 ? "string" : "quoted atom";
    return this.source.syntaxError(`unterminated ${what}`, this.start, this.start + 1, {
      hint: `the closing ${String.fromCharCode(quote)} is missing`,
    });
  }
}
