import type { Finding } from "../../upgrade/finding.js";
import type { Paint } from "./paint.js";
import { problemText } from "./problem.js";

/** Findings as JSON, as the command line's contract has them. */
export function findingsJson(findings: readonly Finding<string>[]): object[] {
  return findings.map(({ code, severity, summary, detail, hint, module, pids }) => ({
    code,
    severity,
    summary,
    detail,
    hint,
    module: module ?? null,
    pids,
  }));
}

/** Findings for people: what, why, and what to do. */
export function findingsText(findings: readonly Finding<string>[], paint: Paint): string {
  return findings.map((finding) => problemText(finding, paint)).join("\n\n");
}
