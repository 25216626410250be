import { renderCaret } from "../../terms/caret.js";
import type { Problem, Severity } from "../../terms/problem.js";
import { wrap, type Paint } from "./paint.js";

/** A problem as JSON; places count lines and columns from 1. */
export function problemJson(problem: Problem): object {
  const { code, severity, summary, detail, hint, span } = problem;
  return {
    code,
    severity,
    summary,
    detail: detail ?? null,
    hint: hint ?? null,
    file: span?.file ?? null,
    line: span?.start.line ?? null,
    column: span?.start.column ?? null,
    endLine: span?.end.line ?? null,
    endColumn: span?.end.column ?? null,
  };
}

/** A problem for people: the place, what is wrong, the source line with a caret, and what to do. */
export function problemText(problem: Problem, paint: Paint): string {
  const { span } = problem;
  const what = `${severityText(problem.severity, paint)}: ${paint.strong(problem.summary)} ${paint.faint(`[${problem.code}]`)}`;
  // A line with a place stays whole: editors read it.
  const lines =
    span === undefined
      ? [wrap(what, paint.width, 2, 0)]
      : [`${span.file}:${span.start.line}:${span.start.column}: ${what}`, renderCaret(span)];
  if (problem.detail !== undefined) lines.push(wrap(problem.detail, paint.width, 2));
  if (problem.hint !== undefined) lines.push(wrap(`What to do: ${problem.hint}`, paint.width, 2));
  return lines.join("\n");
}

function severityText(severity: Severity, paint: Paint): string {
  const colour = { error: paint.bad, warning: paint.warn, info: paint.accent }[severity];
  return colour(severity);
}
