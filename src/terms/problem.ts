/** What is wrong, where, and what to do about it: the one form in which every part of relupctl reports. */

/** A place in a source text. `line` and `column` count from 1, `column` in code points; `offset` in UTF-16 units. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface Span {
  readonly file: string;
  readonly start: Position;
  /** One past the last character. */
  readonly end: Position;
  /** The text of the line that `start` is on, for the caret line. */
  readonly lineText: string;
}

export type Severity = "error" | "warning" | "info";

export interface Problem {
  /** Stable, for machines: `syntax-error`, `no-upgrade-path`. */
  readonly code: string;
  readonly severity: Severity;
  /** One line, without the place. */
  readonly summary: string;
  readonly detail?: string;
  /** What to do. */
  readonly hint?: string;
  readonly span?: Span;
}

/** Thrown where a file or an input is refused whole. Carries every problem found, not only the first. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly [Problem, ...Problem[]]) {
    super(problems[0].summary);
    this.name = "ProblemError";
    this.problems = problems;
  }
}

/** Throws a ProblemError with all the problems, the first one first; does nothing where there are none. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first !== undefined) throw new ProblemError([first, ...rest]);
}
