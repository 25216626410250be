import type { Problem, Span } from "./problem.js";

const TAB_STOP = 8;
const ELLIPSIS = "…";
/** Too little to show a place in: below this, lines are longer than asked for. */
const MIN_COLUMNS = 20;
/** A column may show a base letter, an accent or two, or half of an emoji. */
const UNITS_PER_COLUMN = 4;

export interface CaretOptions {
  /** Columns a line may have, 80 unless given. A longer source line is cut around the caret. */
  readonly width?: number;
}

/**
 * The source line of a span with carets under what is meant, for people:
 *
 *     12 | {modules, [a b]},
 *        |               ^
 *
 * Tabs become spaces, control characters U+FFFD; wide characters get two carets. Of a span over several lines
 * the first one is shown. Two lines, without a line end after the second.
 */
export function renderCaret(span: Span, options: CaretOptions = {}): string {
  const number = String(span.start.line);
  const columns = Math.max(MIN_COLUMNS, (options.width ?? 80) - number.length - 3);
  const { source, carets } = window(span, columns);
  return `${number} | ${source}`.trimEnd() + `\n${" ".repeat(number.length)} | ${carets}`;
}

/**
 * A problem as text for people, without colour: the place and what is wrong, the source line, detail and hint.
 * @returns lines without a line end after the last
 */
export function renderProblem(problem: Problem, options: CaretOptions = {}): string {
  const { span, detail, hint } = problem;
  const place = span === undefined ? "" : `${span.file}:${span.start.line}:${span.start.column}: `;
  const lines = [`${place}${problem.severity}: ${problem.summary}`];
  if (span !== undefined) lines.push(renderCaret(span, options));
  if (detail !== undefined) lines.push(`  ${detail}`);
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines.join("\n");
}

/** One character of the source as it is shown. */
interface Cell {
  readonly text: string;
  readonly columns: number;
}

/** The part of the line around the caret that has room, and the carets under it. */
function window(span: Span, columns: number): { source: string; carets: string } {
  const { before, after } = around(span, columns * UNITS_PER_COLUMN);
  const cells = toCells([...before, ...after]);
  const first = before.length;
  const length = span.end.line === span.start.line ? span.end.column - span.start.column : after.length;
  const width = (from: number, to: number): number =>
    cells.slice(from, to).reduce((sum, cell) => sum + cell.columns, 0);

  let from = 0;
  let to = cells.length;
  if (width(0, to) > columns) {
    // Two thirds of the room for what is before the caret, the rest for what follows.
    const room = columns - 2 * ELLIPSIS.length;
    from = first;
    while (from > 0 && width(from - 1, first) <= (room * 2) / 3) from--;
    to = first;
    while (to < cells.length && width(from, to + 1) <= room) to++;
  }
  const left = from > 0 ? ELLIPSIS : "";
  const right = to < cells.length ? ELLIPSIS : "";
  const source = cells.slice(from, to).map((cell) => cell.text);
  const carets = "^".repeat(Math.max(1, width(first, Math.min(first + length, to))));
  return { source: left + source.join("") + right, carets: " ".repeat(left.length + width(from, first)) + carets };
}

/** The characters near the caret. A line may be a whole file, of which only these are looked at one by one. */
function around({ lineText, start }: Span, units: number): { before: string[]; after: string[] } {
  let at = 0;
  for (let column = 1; column < start.column && at < lineText.length; column++) {
    at += lineText.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return {
    before: Array.from(lineText.slice(Math.max(0, at - units), at)),
    after: Array.from(lineText.slice(at, at + units)),
  };
}

function toCells(characters: readonly string[]): Cell[] {
  let column = 0;
  return characters.map((character) => {
    const cell = toCell(character, column);
    column += cell.columns;
    return cell;
  });
}

function toCell(character: string, column: number): Cell {
  if (character === "\t") {
    const columns = TAB_STOP - (column % TAB_STOP);
    return { text: " ".repeat(columns), columns };
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(character)) return { text: "\ufffd", columns: 1 };
  if (/[\p{Mn}\p{Me}]/u.test(character)) return { text: character, columns: 0 };
  return { text: character, columns: isWide(character) ? 2 : 1 };
}

/** What terminals show in two columns: most of East Asian scripts, full-width forms and emoji. */
const isWide = (character: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u.test(
    character,
  ) && !/[\uff61-\uffdc]/.test(character);
