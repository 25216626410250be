import { isDigit, isLower, isName, isSpace, isUpper, reservedWords } from "./characters.js";
import { checkUnicode, illegalCharacter } from "./scan-character.js";
import { scanEscape } from "./scan-escape.js";
import { scanNumber } from "./scan-number.js";
import { scanQuoted } from "./scan-quoted.js";
import { scanSigil } from "./scan-sigil.js";
import { beginsTripleQuoted, scanTripleQuoted } from "./scan-triple-quoted.js";
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
   * punctuation or the reserved word itself. A sigil is one token, a `sigil string` or a `sigil binary`. `eof` follows
   * the last token for ever.
   */
  category = "eof";
  /** Where the token is: UTF-16 offsets, the end exclusive. */
  start = 0;
  end = 0;
  /** The value of an `integer` or a `char`. */
  integer: number | bigint = 0;
  /** The value of a `float`. */
  float = 0;
  /** The name of an `atom` or a `var`, or the content of a `string` or a sigil. */
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
    else if (code === 0x7e) scanSigil(this, this.#nameEnd(at + 1));
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
    while (at < end) at += this.#text.charCodeAt(at) >= 0xd800 ? checkUnicode(this.source, at) : 1;
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

  /** scan_string: with one quote on each side, or since OTP 27 with three or more. */
  #string(): void {
    this.category = "string";
    if (!beginsTripleQuoted(this.#text, this.start)) scanQuoted(this, this.start + 1, 0x22, "string");
    else scanTripleQuoted(this, this.start, { isVerbatim: true });
  }

  /** scan_qatom */
  #quotedAtom(): void {
    scanQuoted(this, this.start + 1, 0x27, "quoted atom");
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
    if (code > 0xff) throw illegalCharacter(this.source, at);
    for (const operator of operatorsAt[code]!) {
      if (this.#text.startsWith(operator, at)) {
        this.#token(operator, at + operator.length);
        return;
      }
    }
    this.#token(characters[code]!, at + 1);
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
      this.end = at + checkUnicode(this.source, at);
      this.integer = text.codePointAt(at)!;
    }
  }

  #checkLength(what: string): void {
    if (this.text.length <= MAX_ATOM_CHARACTERS) return;
    const length = Array.from(this.text).length;
    if (length <= MAX_ATOM_CHARACTERS) return;
    const summary = `illegal ${what}: ${length} characters, of at most ${MAX_ATOM_CHARACTERS}`;
    throw this.source.syntaxError(summary, this.start, this.end);
  }
}
