import type { Examination } from "../../engine/doctor/examine.js";
import type { Severity } from "../../terms/problem.js";
import type { Finding } from "../../upgrade/finding.js";
import { findingsJson, findingsText } from "./finding.js";
import { fromSnapshot } from "./snapshot.js";
import { count, wrap, type Paint } from "./paint.js";

/** What `doctor` found. */
export interface Diagnosis extends Omit<Examination, "findings"> {
  readonly findings: readonly { readonly finding: Finding<string>; readonly allowed: boolean }[];
}

/** What `doctor` found, as JSON, as the command line's contract has it. */
export function doctorJson({ node, snapshot, otpRelease, upgrade, processes, findings }: Diagnosis): object {
  return {
    node,
    ...(snapshot !== undefined && { snapshot }),
    otpRelease,
    upgrade: upgrade ?? null,
    processes,
    findings: findings.flatMap(({ finding, allowed }) => findingsJson([finding]).map((json) => ({ ...json, allowed }))),
  };
}

/** What `doctor` found, for people: the findings, and how many there are. */
export function doctorText(diagnosis: Diagnosis, paint: Paint): string {
  const { node, upgrade, processes } = diagnosis;
  const what = upgrade === undefined ? "" : `, and ${upgrade.name} ${upgrade.from} -> ${upgrade.to}`;
  const title = wrap(
    `${paint.strong(node)}${fromSnapshot(diagnosis.snapshot)}: looked at ${count(processes, "process", "processes")}${what}`,
    paint.width,
    2,
    0,
  );
  const shown = diagnosis.findings.filter(({ allowed }) => !allowed).map(({ finding }) => finding);
  const parts = [title, ...(shown.length > 0 ? [findingsText(shown, paint)] : []), verdict(diagnosis, shown, paint)];
  return parts.join("\n\n");
}

function verdict({ findings }: Diagnosis, shown: readonly Finding<string>[], paint: Paint): string {
  const allowed = findings.length - shown.length;
  const rest = allowed === 0 ? "" : `, ${allowed} allowed`;
  if (shown.length === 0) return `${paint.good("ok")}: nothing found${rest}`;
  const number = (severity: Severity): number => shown.filter((finding) => finding.severity === severity).length;
  const parts = [count(number("error"), "error"), count(number("warning"), "warning")];
  if (number("info") > 0) parts.push(`${number("info")} to know`);
  const codes = [...new Set(shown.map(({ code }) => code))];
  const more = codes.length === 1 ? `relupctl explain ${codes[0]!} says more.` : "relupctl explain CODE says more.";
  return `${parts.join(", ")}${rest}. ${paint.faint(more)}`;
}
