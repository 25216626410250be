import type { Severity } from "../../terms/problem.js";
import type { Finding } from "../../upgrade/finding.js";
import { wrap, type Paint } from "./paint.js";

/** Findings as JSON, as the command line's contract has them. */
export function findingsJson(findings: readonly Finding[]): object[] {
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

/** A severity in its colour. */
export function severityText(severity: Severity, paint: Paint): string {
  const colour = { error: paint.bad, warning: paint.warn, info: paint.accent }[severity];
  return colour(severity);
}

/** Findings for people: what, why, and what to do instead. */
export function findingsText(findings: readonly Finding[], paint: Paint): string {
  return findings
    .map((finding) =>
      [
        `${severityText(finding.severity, paint)} ${paint.strong(finding.code)}`,
        wrap(finding.summary, paint.width, 2),
        wrap(finding.detail, paint.width, 2),
        wrap(`What to do: ${finding.hint}`, paint.width, 2),
      ].join("\n"),
    )
    .join("\n\n");
}
