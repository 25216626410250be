import { ProblemError, type Position, type Problem, type Span } from "./problem.js";

/** A text with its file name: turns offsets into places, and problems into errors with a place. */
export class SourceText {
  readonly text: string;
  readonly file: string;
  #lineStarts: readonly number[] | undefined;
  #hasSurrogates: boolean | undefined;

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  /** The place of a UTF-16 offset. Lines end at `\n` alone, as in erl_scan. */
  position(offset: number): Position {
    const starts = this.#lines();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const start = starts[low]!;
    return { offset, line: low + 1, column: this.#codePoints(start, offset) + 1 };
  }

  /** The places from `start` up to `end` (exclusive). */
  span(start: number, end: number): Span {
    const from = this.position(start);
    const lineStart = this.#lines()[from.line - 1]!;
    let lineEnd = this.#lines()[from.line] ?? this.text.length + 1;
    if (this.text.charCodeAt(lineEnd - 2) === 0x0d && this.text.charCodeAt(lineEnd - 1) === 0x0a) lineEnd--;
    return {
      file: this.file,
      start: from,
      end: end === start ? from : this.position(end),
      lineText: this.text.slice(lineStart, lineEnd - 1),
    };
  }

  /** A `syntax-error` at the offsets; to be thrown. */
  syntaxError(summary: string, start: number, end: number, more: Pick<Problem, "detail" | "hint"> = {}): ProblemError {
    const span = this.span(start, Math.max(end, start));
    return new ProblemError([{ code: "syntax-error", severity: "error", summary, ...more, span }]);
  }

  #lines(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at !== -1; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }

  #codePoints(start: number, end: number): number {
    this.#hasSurrogates ??= /[\ud800-\udbff]/.test(this.text);
    if (!this.#hasSurrogates) return end - start;
    let count = 0;
    for (let at = start; at < end; at++) {
      const code = this.text.charCodeAt(at);
      // A low surrogate ends a pair that was counted already.
      if (code < 0xdc00 || code > 0xdfff) count++;
    }
    return count;
  }
}
