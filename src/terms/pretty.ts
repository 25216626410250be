import { describe, type Layoutable } from "./pretty-parts.js";
import { Layout, TooFarRight } from "./pretty-layout.js";
import type { PrintOptions } from "./print-atomic.js";
import { printTerm } from "./print-line.js";
import type { Term } from "./term.js";

export interface PrettyOptions extends PrintOptions {
  /** The length of a line, 80 unless given. Only what can't be broken is longer. */
  readonly width?: number;
  /** How many columns stand before the term; its further lines begin there. */
  readonly indent?: number;
}

/** Terms nested deeper than this are printed on one line: their lines would be all indentation. */
const MAX_DEPTH = 300;

/**
 * A term over several lines, as `io_lib:format("~tp", [Term])` with `+pc unicode`: io_lib_pretty:print/2 with
 * `{line_length, width}` and `{column, indent + 1}`. A term nested deeper than 300 levels stays on one line.
 */
export function prettyTerm(term: Term, options: PrettyOptions = {}): string {
  const { width = 80, indent = 0 } = options;
  const parts = describe(term, MAX_DEPTH, options);
  const column = Math.max(0, indent) + 1;
  if (parts === undefined || width <= 0 || parts.length < width - column) return printTerm(term, options);
  return layOut(parts, width, column);
}

/** How far the elements of a tagged tuple stand behind its bracket: behind the tag, or 4, or 1, as there is room. */
function layOut(parts: Layoutable, width: number, column: number): string {
  for (const tagIndent of ["behind the tag", 4] as const) {
    try {
      return new Layout(width, parts.length, tagIndent, true).print(parts, column);
    } catch (error) {
      if (!(error instanceof TooFarRight)) throw error;
    }
  }
  return new Layout(width, parts.length, 1, false).print(parts, column);
}
