import { ParseErrors } from "./parse-errors.js";
import { ProblemError } from "./problem.js";
import { Scanner } from "./scan.js";
import type { SourceText } from "./source-text.js";
import { atom, type Atom } from "./term.js";

/** The tokens of a source for a parser: always at one token, with the steps and the refusals that a grammar needs. */
export class Tokens {
  readonly scanner: Scanner;
  readonly errors: ParseErrors;
  #failed = false;

  /** The tokens from the offset on. @throws ProblemError when there is none that can be scanned */
  constructor(source: SourceText, offset = 0) {
    this.scanner = new Scanner(source, offset);
    this.errors = new ParseErrors(this.scanner);
    this.next();
  }

  /** Steps to the next token. @throws ProblemError where the scanner does */
  next(): void {
    this.#failed = true;
    this.scanner.scan();
    this.#failed = false;
  }

  at(category: string): boolean {
    return this.scanner.category === category;
  }

  /** Steps over a comma; false when there is none. */
  comma(): boolean {
    if (this.scanner.category !== ",") return false;
    this.next();
    return true;
  }

  /** Steps over the token of that category. `expected` and `opened` are for the error. */
  expect(category: string, expected: string, opened?: number): void {
    if (this.scanner.category !== category) throw this.errors.unexpected(expected, opened);
    this.next();
  }

  expectAtom(expected: string): Atom {
    if (this.scanner.category !== "atom") throw this.errors.unexpected(expected);
    const found = atom(this.scanner.text);
    this.next();
    return found;
  }

  /** After an error: steps behind the next full stop. False when the scanner failed, and nothing more can be read. */
  skipForm(): boolean {
    try {
      while (!this.#failed && !this.at("dot") && !this.at("eof")) this.next();
      if (!this.#failed && this.at("dot")) this.next();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
    return !this.#failed;
  }
}
