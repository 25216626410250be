import type { Problem } from "../../terms/problem.js";
import type { ProblemRecord } from "./records.js";

/** Where a term that a node answered may begin: behind a colon or the word `raised`, or with a bracket or quotation mark. */
const TERM = /: | raised |[{["#]|<</s;

/**
 * A problem as the journal keeps it. What a node answers may hold a state (a `function_clause` names the arguments), so
 * the summary is cut where a term may begin, and the detail is left out.
 */
export function problemRecord({ code, severity, summary }: Problem): ProblemRecord {
  const end = TERM.exec(summary)?.index;
  return { code, severity, summary: end === undefined ? summary : `${summary.slice(0, end)}…` };
}
