import { reservedWords } from "./characters.js";
import type { ProblemError } from "./problem.js";
import { Scanner } from "./scan.js";

const closers = new Set(["}", "]", ")", ">>"]);
const openers = new Set([
  "{",
  "[",
  "#",
  "<<",
  "fun",
  "atom",
  "var",
  "integer",
  "float",
  "char",
  "string",
  "sigil string",
  "sigil binary",
]);
const binaryOperators = new Set(
  "+ - * / div rem band and bor bxor bsl bsr or xor ++ -- == /= =< < >= > =:= =/= ! = orelse andalso :".split(" "),
);
const SEPARATED = new Set(["',' or '}'", "',', '|' or ']'", "',' or '>>'"]);

/** Words a parser's errors: what stands there, what could, and what the cause may be. */
export class ParseErrors {
  readonly #scanner: Scanner;
  /** Where the form begins that is being parsed. */
  formStart = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** The token that the scanner stands at isn't what the grammar has there. `opened`: the construct that is open. */
  unexpected(expected: string, opened?: number): ProblemError {
    const { source, start, end } = this.#scanner;
    const hint = this.#hint(expected, opened);
    const detail = opened === undefined ? undefined : this.#stillOpen(opened);
    return source.syntaxError(`expected ${expected}, found ${this.#found()}`, start, end, {
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** What is well-formed, but no term (erl_parse's "bad term"). */
  badTerm(summary: string, start: number, end: number): ProblemError {
    return this.#scanner.source.syntaxError(`bad term: ${summary}`, start, end);
  }

  #found(): string {
    const { category, source, start, end } = this.#scanner;
    if (category === "eof") return "the end of the file";
    if (category === "dot") return "a full stop";
    const text = source.text.slice(start, end);
    const shown = text.length <= 40 ? text : `${text.slice(0, 37)}...`;
    if (category === "var") return `the variable ${shown}`;
    if (reservedWords.has(category)) return `the reserved word ${shown}`;
    return /^(string|atom|sigil .*)$/.test(category) ? shown : `'${shown}'`;
  }

  #stillOpen(opened: number): string {
    const { source } = this.#scanner;
    const { line, column } = source.position(opened);
    const opener = /^(?:<<|#\s*\{|.)/.exec(source.text.slice(opened, opened + 2))?.[0] ?? "";
    return `${opener} of line ${line}, column ${column} is open`;
  }

  #hint(expected: string, opened: number | undefined): string | undefined {
    const { category, source, start, end } = this.#scanner;
    const text = source.text.slice(start, end);
    const before = this.#tokenBefore(start);
    if (/^(string|atom|sigil .*)$/.test(before.category) && this.#spansLines(before)) {
      const { line } = source.position(before.start);
      return `the quotes that open on line ${line} close only here: is a closing quote missing there?`;
    }
    if (before.category === "," && closers.has(category)) return "remove the comma before it";
    if (closers.has(category) && expected !== "a term") {
      return opened === undefined ? "nothing is open that it could close" : "it doesn't close the bracket that is open";
    }
    if (category === ".") return "a full stop needs white space behind it";
    if (category === "eof" && before.category !== "dot") return "is the full stop or a closing bracket missing?";
    if (category === "dot") return "is a closing bracket missing?";
    if (expected === "a term") {
      if (category === "var") return `a term has no variables; an atom would be '${text}'`;
      if (reservedWords.has(category)) return `as an atom it needs quotes: '${text}'`;
    } else if (SEPARATED.has(expected) && openers.has(category)) return "is a comma missing before it?";
    if (binaryOperators.has(category) || (category === "(" && before.category === "atom")) {
      return "only terms can stand here, no expressions";
    }
    return undefined;
  }

  /** Errors are seldom: the scanner keeps no history for them. */
  #tokenBefore(offset: number): Pick<Scanner, "category" | "start" | "end"> {
    const scanner = new Scanner(this.#scanner.source, this.formStart);
    const before = { category: "", start: 0, end: 0 };
    for (;;) {
      scanner.scan();
      if (scanner.start >= offset) return before;
      before.category = scanner.category;
      before.start = scanner.start;
      before.end = scanner.end;
    }
  }

  #spansLines({ start, end }: { readonly start: number; readonly end: number }): boolean {
    return this.#scanner.source.text.slice(start, end).includes("\n");
  }
}
