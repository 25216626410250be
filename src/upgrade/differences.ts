import { findingKey, type BasisCode, type BasisFinding, type PlanBasis } from "./basis.js";

/** Something that a plan rests on and that is otherwise now. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** Of what: an application, a module, the code of a finding; the number of a step, from 1. */
  readonly name: string;
  /** What the plan was made on; null where there was no such thing. */
  readonly planned: string | null;
  /** What is there now; null where there is no such thing any more. */
  readonly now: string | null;
}

export type DifferenceKind =
  | "node"
  | "otp-release"
  | "upgrade"
  | "from"
  | "to"
  | "direction"
  | "step"
  | "library"
  | "application"
  | "module"
  | "object-code"
  | "old-object-code"
  | "finding"
  | "include-missed"
  | "keep-state"
  | "executor";

/**
 * All that is otherwise than a plan had it, and matters: what runs where, which code, which steps, and every finding
 * that is new. A finding that is there no more stands in nobody's way.
 */
export function differencesOf(planned: PlanBasis, now: PlanBasis): Difference[] {
  return [
    ...single("node", planned.node, now.node),
    ...single("otp-release", planned.otpRelease, now.otpRelease),
    ...single("upgrade", `${planned.kind} ${planned.name}`, `${now.kind} ${now.name}`),
    ...single("from", planned.from, now.from),
    ...single("to", planned.to, now.to),
    ...single("direction", planned.direction, now.direction),
    ...entries("application", planned.applications, now.applications),
    ...entries("module", loadedCode(planned), loadedCode(now)),
    ...steps(planned.script, now.script),
    ...entries("library", planned.libraries, now.libraries),
    ...entries("object-code", objectCode(planned, "next"), objectCode(now, "next")),
    ...entries("old-object-code", objectCode(planned, "previous"), objectCode(now, "previous")),
    ...single("include-missed", yesOrNo(planned.includeMissed), yesOrNo(now.includeMissed)),
    ...single("keep-state", planned.keepState ?? "changed", now.keepState ?? "changed"),
    ...single("executor", planned.executor ?? "relupctl", now.executor ?? "relupctl"),
    ...newFindings(planned.findings, now.findings),
  ];
}

const yesOrNo = (value: true | undefined): string => (value === true ? "yes" : "no");

function single(kind: DifferenceKind, planned: string, now: string): Difference[] {
  return planned === now ? [] : [{ kind, name: "", planned, now }];
}

function entries(
  kind: DifferenceKind,
  planned: Readonly<Record<string, string | null>>,
  now: Readonly<Record<string, string | null>>,
): Difference[] {
  const names = new Set([...Object.keys(planned), ...Object.keys(now)]);
  return [...names].flatMap((name): Difference[] => {
    const [before, after] = [planned[name] ?? null, now[name] ?? null];
    return before === after ? [] : [{ kind, name, planned: before, now: after }];
  });
}

const loadedCode = ({ modules }: PlanBasis): Record<string, string | null> =>
  Object.fromEntries(Object.entries(modules).map(([module, code]) => [module, codeText(code)]));

const objectCode = ({ objectCode }: PlanBasis, which: "next" | "previous"): Record<string, string | null> =>
  Object.fromEntries(Object.entries(objectCode).map(([module, code]) => [module, codeText(code[which])]));

/** `MD5 3f2a..., vsn "0.1.0"` */
function codeText(code: BasisCode | null): string | null {
  if (code === null) return null;
  return code.vsn === null ? `MD5 ${code.md5}` : `MD5 ${code.md5}, vsn ${code.vsn}`;
}

/** The steps between the first and the last that differ: those that were planned, then those that would be done now. */
function steps(planned: readonly string[], now: readonly string[]): Difference[] {
  let first = 0;
  while (first < planned.length && first < now.length && planned[first] === now[first]) first++;
  let last = 0;
  while (last < planned.length - first && last < now.length - first && planned.at(-1 - last) === now.at(-1 - last)) {
    last++;
  }
  const length = Math.max(planned.length, now.length) - last;
  return Array.from({ length: Math.max(0, length - first) }, (_, index): Difference => {
    const at = first + index;
    const step = (script: readonly string[]): string | null =>
      at < script.length - last ? (script[at] ?? null) : null;
    return { kind: "step", name: String(at + 1), planned: step(planned), now: step(now) };
  }).filter((difference) => difference.planned !== difference.now);
}

function newFindings(planned: readonly BasisFinding[], now: readonly BasisFinding[]): Difference[] {
  const known = new Map<string, number>();
  for (const finding of planned) known.set(findingKey(finding), (known.get(findingKey(finding)) ?? 0) + 1);
  return now.flatMap((finding): Difference[] => {
    const left = known.get(findingKey(finding)) ?? 0;
    known.set(findingKey(finding), left - 1);
    if (left > 0) return [];
    const about = finding.module === null ? "" : ` of ${finding.module}`;
    return [{ kind: "finding", name: finding.code, planned: null, now: `${finding.severity}${about}` }];
  });
}

/** A difference in words, for people. */
export function differenceText({ kind, name, planned, now }: Difference): string {
  switch (kind) {
    case "node":
      return `the node is ${now}; the plan is for ${planned}`;
    case "otp-release":
      return `the node runs OTP ${now}; it was OTP ${planned}`;
    case "upgrade":
      return `it upgrades the ${now}; the plan is for the ${planned}`;
    case "from":
      return `version ${now} runs; it was ${planned}`;
    case "to":
      return `it leads to version ${now}; the plan leads to ${planned}`;
    case "direction":
      return `it is ${now === "up" ? "an upgrade" : "a downgrade"}; the plan is ${planned === "up" ? "an upgrade" : "a downgrade"}`;
    case "step":
      return `step ${name} ${pair(planned, now, "is not there any more", "is new")}`;
    case "library":
      return `library ${name} ${pair(planned, now, "is not replaced any more", "is replaced too")}`;
    case "application":
      return `application ${name} ${pair(planned, now, "doesn't run any more", "runs now, and didn't")}`;
    case "module":
      return `the loaded code of ${name} ${pair(planned, now, "is not loaded any more", "is loaded now, and wasn't")}`;
    case "object-code":
      return `the new object code of ${name} ${pair(planned, now, "can't be read any more", "is there now, and wasn't")}`;
    case "old-object-code":
      return `the file of the running code of ${name} ${pair(planned, now, "can't be read any more", "can be read now, and couldn't")}`;
    case "finding":
      return `new finding: ${name} (${now})`;
    case "include-missed":
      return now === "yes"
        ? "missed processes are included; the plan doesn't include them"
        : "missed processes are not included; the plan includes them";
    case "executor":
      return `${now} is to do the steps; the plan says ${planned} (--executor)`;
    case "keep-state":
      return `states are kept: ${now}; the plan says ${planned} (--keep-state)`;
  }
}

function pair(planned: string | null, now: string | null, gone: string, came: string): string {
  if (now === null) return `${gone}: ${planned}`;
  return planned === null ? `${came}: ${now}` : `is now ${now}; it was ${planned}`;
}
