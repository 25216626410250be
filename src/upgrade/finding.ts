import type { Severity } from "../terms/problem.js";

/** What would go wrong, or is wrong already, on a node. An `error` stands in the way of an upgrade. */
export interface Finding<Code extends string = FindingCode> {
  /** Stable; a contract with scripts. */
  readonly code: Code;
  readonly severity: Severity;
  readonly summary: string;
  readonly detail: string;
  /** What to do, as exactly as can be told. */
  readonly hint: string;
  readonly module: string | undefined;
  /** The processes concerned, as text. */
  readonly pids: readonly string[];
}

/** Findings that the user may allow, so that they don't stand in the way. */
export const ALLOWABLE_FINDINGS = [
  "callback-not-declared",
  "unsupervised-process",
  "hidden-subtree",
  "code-change-missing",
  "vsn-not-set",
  "vsn-not-matched",
  "process-not-responding",
  "process-suspended",
  "old-code-in-use",
  "module-missing",
  "module-not-in-app",
  "apply-before-point-of-no-return",
  "supervisor-suspended",
  "dynamic-not-answering",
  "old-object-code-missing",
  "restarts-emulator",
  "sync-nodes",
  "process-not-chosen",
] as const;

/** Findings of `doctor` alone: they look at more than a plan does. */
export const DOCTOR_FINDINGS = [
  "supervisor-declared-dynamic",
  "top-not-supervisor",
  "message-queue-long",
  "boots-another-release",
  "application-version-mismatch",
  "code-path-shadowed",
  "disk-almost-full",
  "fun-in-state",
  "state-not-read",
  "sticky-module",
  "nif-module",
  "otp-mismatch",
  "embedded-mode",
  "module-without-instruction",
  "consolidated-protocols",
  "sys-config-changed",
  "supervisor-init-effects",
  "child-specs-changed",
  "not-writable",
] as const;

/** `no-upgrade-path` leaves nothing to plan; a `stale-plan` is made anew; `suspension-too-long` is of one command. */
export type FindingCode =
  | (typeof ALLOWABLE_FINDINGS)[number]
  | (typeof DOCTOR_FINDINGS)[number]
  | "no-upgrade-path"
  | "stale-plan"
  | "suspension-too-long";

/** True when a finding stands in the way: it is an error and wasn't allowed by the user. */
export function isBlocking(finding: Finding<string>, allowed: readonly string[] = []): boolean {
  return finding.severity === "error" && !allowed.includes(finding.code);
}
