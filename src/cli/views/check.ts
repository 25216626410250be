import type { Problem } from "../../terms/problem.js";
import { count, type Paint } from "./paint.js";
import { problemJson, problemText } from "./problem.js";

/** One thing that `check` found. */
export interface CheckFinding {
  readonly problem: Problem;
  /** By `--allow`: it is passed over. */
  readonly allowed: boolean;
}

/** What `check` looked at, and all that it found. */
export interface CheckResult {
  readonly files: readonly string[];
  readonly findings: readonly CheckFinding[];
}

/** What `check` found, as JSON. */
export function checkJson({ files, findings }: CheckResult): object {
  return { files, findings: findings.map(({ problem, allowed }) => ({ ...problemJson(problem), allowed })) };
}

/** What `check` found, for people: the problems at their places, and the verdict. */
export function checkText(result: CheckResult, paint: Paint): string {
  const shown = notAllowed(result).map((problem) => problemText(problem, paint));
  return [...shown, checkVerdict(result, paint)].join("\n\n");
}

/** What was found in one line: `ok: 8 files, nothing found`. */
export function checkVerdict(result: CheckResult, paint: Paint): string {
  const shown = notAllowed(result);
  const errors = shown.filter(({ severity }) => severity === "error").length;
  const allowed = result.findings.length - shown.length;
  const files = count(result.files.length, "file");
  const rest = allowed === 0 ? "" : `, ${allowed} allowed`;
  if (shown.length === 0) return `${paint.good("ok")}: ${files}, nothing found${rest}`;
  return `${files}: ${count(errors, "error")}, ${count(shown.length - errors, "warning")}${rest}`;
}

/** The findings that `--allow` doesn't pass over. */
export const notAllowed = ({ findings }: CheckResult): Problem[] =>
  findings.filter(({ allowed }) => !allowed).map(({ problem }) => problem);
