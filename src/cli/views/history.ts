import { isAtWork } from "../../engine/journal/at-work.js";
import type { ActHistory, StepHistory, UpgradeHistory } from "../../engine/journal/history.js";
import type { Damage } from "../../engine/journal/read.js";
import type { ProblemRecord } from "../../engine/journal/records.js";
import { statusText, summaryJson, timeText } from "./journal.js";
import { count, duration, nameText, someOf, wrap, type Paint } from "./paint.js";

/** All that the journal of one upgrade tells, as JSON. */
export function historyJson(history: UpgradeHistory): object {
  const { begin, end } = history;
  return {
    ...summaryJson(history),
    by: begin?.by ?? null,
    creation: begin?.node.creation ?? null,
    otpRelease: begin?.node.otpRelease ?? null,
    kind: begin?.upgrade.kind ?? null,
    origin: begin?.upgrade.origin ?? null,
    digest: begin?.digest ?? null,
    allowed: begin?.allowed ?? [],
    libraries: begin?.libraries ?? [],
    modules: begin?.modules ?? [],
    findings: begin?.findings ?? [],
    coverage: begin?.coverage ?? [],
    beforeSteps: actJson(history.beforeSteps),
    steps: history.steps.map(({ index, instruction, modules, called, pids, processes, skipped, ...act }) => ({
      index,
      instruction: instruction ?? null,
      modules,
      called: called ?? null,
      pids,
      processes: processes ?? null,
      skipped,
      ...actJson(act),
    })),
    afterSteps: actJson(history.afterSteps),
    install: actJson(history.install),
    rollback: history.rollback ?? null,
    undone: end?.undone ?? [],
    failure: end?.failure ?? null,
    notUndone: end?.notUndone ?? [],
    processes: end?.processes ?? null,
    suspension: end?.suspension ?? null,
    suspended: history.suspended,
    notes: history.notes.map(({ at, what, by }) => ({ at, what, by: by ?? null })),
    damage: history.damage.map(({ line, kind, detail }) => ({ line: line ?? null, kind, detail })),
  };
}

function actJson({ status, began, durationMs, problem }: ActHistory): object {
  return { status, began: began ?? null, durationMs: durationMs ?? null, problem: problem ?? null };
}

/** What happened in one upgrade, for people. */
export function historyText(history: UpgradeHistory, paint: Paint): string {
  const parts = [headText(history, paint)];
  if (history.damage.length > 0) parts.push(damageText(history.damage, paint));
  if (history.begin !== undefined) parts.push(codeText(history, paint));
  const steps = stepsText(history, paint);
  if (steps !== "") parts.push(steps);
  if (history.rollback !== undefined) parts.push(rollbackText(history, paint));
  parts.push(endText(history, paint));
  return parts.join("\n\n");
}

function headText({ id, path, begin }: UpgradeHistory, paint: Paint): string {
  if (begin === undefined) return `${paint.strong(id)}  ${paint.faint(path)}`;
  const { upgrade, by, node } = begin;
  const sudo = by.sudoUser === null ? "" : ` (sudo by ${by.sudoUser})`;
  const from = by.address === null ? "" : `, from ${by.address}`;
  const findings = begin.findings.map(({ code }) => code);
  const lines = [
    `${paint.strong(`${upgrade.name} ${upgrade.from} -> ${upgrade.to}`)} on ${node.name} (creation ${node.creation}, OTP ${node.otpRelease})`,
    `id        ${id}`,
    `when      ${timeText(begin.at)}`,
    `who       ${by.user}${sudo} on ${by.host}${from}, in ${by.directory}`,
    `with      relupctl ${by.version} ${begin.command}, process ${by.pid}`,
    `plan      ${begin.digest}`,
    ...(findings.length === 0 ? [] : [`findings  ${[...new Set(findings)].join(", ")}`]),
    ...(begin.allowed.length === 0 ? [] : [`allowed   ${begin.allowed.join(", ")}`]),
  ];
  return lines.map((line) => wrap(line, paint.width, 10, 0)).join("\n");
}

const DAMAGE_WORDS: Record<Damage["kind"], string> = {
  truncated: "was not written to its end, as a crash leaves it",
  corrupted: "is damaged",
  unknown: "is nothing that this version of relupctl writes",
  empty: "is empty",
  unreadable: "can't be read",
};

function damageText(damage: readonly Damage[], paint: Paint): string {
  const lines = damage.map(({ line, kind, detail }) => {
    const where = line === undefined ? "The file" : `Line ${line}`;
    return wrap(`${paint.warn(`${where} ${DAMAGE_WORDS[kind]}`)}: ${detail}`, paint.width, 2, 0);
  });
  return [...lines, "All else is shown here."].join("\n");
}

function codeText({ begin }: UpgradeHistory, paint: Paint): string {
  const modules = begin!.modules;
  if (modules.length === 0) return "No module's code was to be changed.";
  const width = Math.min(40, Math.max(...modules.map(({ module }) => nameText(module).length)));
  return modules
    .map(({ module, md5Before, md5After }) => {
      const name = nameText(module).padEnd(width);
      return paint.faint(wrap(`${name}  md5 ${md5Before ?? "(none)"} -> ${md5After ?? "(none)"}`, paint.width, 4, 0));
    })
    .join("\n");
}

const MARKS = { done: "ok", failed: "FAILED", begun: "BEGUN", not_begun: "-" } as const;

function mark({ status }: ActHistory, paint: Paint): string {
  const colour = { done: paint.good, failed: paint.bad, begun: paint.bad, not_begun: paint.faint }[status];
  return colour(MARKS[status].padEnd(8));
}

/** When it began and how long it took, and what went wrong. */
function actLine(head: string, act: ActHistory, notes: readonly string[], paint: Paint): string {
  const about = [
    ...notes,
    act.began === undefined ? "" : `at ${act.began.slice("2026-11-20T".length, -1)}`,
    act.durationMs === undefined ? "" : duration(act.durationMs),
  ].filter((text) => text !== "");
  const line = `${head}  ${paint.faint(about.join(", "))}`.trimEnd();
  const problem = act.problem === undefined ? [] : [wrap(problemText(act.problem, paint), paint.width, 7, 5)];
  return [indented(line, paint), ...problem].join("\n");
}

/** A line of a list, which goes on below its text where it is too long. */
function indented(line: string, paint: Paint): string {
  const spaces = line.length - line.trimStart().length;
  return wrap(line.trimStart(), paint.width, 15, spaces);
}

const problemText = ({ summary, code }: ProblemRecord, paint: Paint): string =>
  `${paint.bad(summary)} ${paint.faint(`[${code}]`)}`;

function stepsText({ steps, beforeSteps, afterSteps, install }: UpgradeHistory, paint: Paint): string {
  const lines = steps.map((step) => stepText(step, paint));
  if (beforeSteps.status !== "not_begun") {
    lines.unshift(actLine(`     ${mark(beforeSteps, paint)}application data`, beforeSteps, [], paint));
  }
  if (afterSteps.status !== "not_begun") {
    lines.push(actLine(`     ${mark(afterSteps, paint)}configuration`, afterSteps, [], paint));
  }
  if (install.status !== "not_begun") {
    lines.push(actLine(`     ${mark(install, paint)}all steps, by the node's release handler`, install, [], paint));
  }
  return lines.join("\n");
}

function stepText(step: StepHistory, paint: Paint): string {
  const subject = step.called ?? someOf(step.modules.map(nameText), 5);
  const number = String(step.index + 1).padStart(3);
  const touched = step.processes ?? 0;
  const notes = [touched > 0 ? `${count(touched, "process", "processes")} (${someOf(step.pids, 3)})` : ""];
  const head = `${number}  ${mark(step, paint)}${step.instruction ?? "?"}  ${subject}`.trimEnd();
  const skipped = step.skipped.map(({ pid, why }) => `     ${pid} was passed over: ${why}`);
  return [actLine(head, step, notes, paint), ...skipped].join("\n");
}

function rollbackText({ rollback, end }: UpgradeHistory, paint: Paint): string {
  const lines = (end?.undone ?? []).map(({ what, problem }) => {
    const done = problem === null ? paint.good("ok".padEnd(8)) : paint.bad("FAILED".padEnd(8));
    return indented(`     ${done}${what}`, paint);
  });
  const head = `From ${rollback!.at.slice("2026-11-20T".length, -1)} on everything was taken back, because ${rollback!.because.summary}`;
  return [wrap(head, paint.width, 2, 0), ...lines].join("\n");
}

function endText(history: UpgradeHistory, paint: Paint): string {
  const { end, reached, suspended } = history;
  const lines = [
    `Result: ${statusText(history, paint)}${end === undefined ? "" : `, in ${duration(end.durationMs)}`}.`,
  ];
  if (end !== undefined) {
    const { migrated, dead, failed } = end.processes;
    lines.push(`Processes: ${migrated} migrated, ${dead} ended on the way, ${failed} failed.`);
    if (end.suspension.count > 0) {
      lines.push(`Suspended: ${end.suspension.count}, for ${duration(end.suspension.maxMs)} at the most.`);
    }
    if (end.failure !== null) lines.push(problemText(end.failure, paint));
    for (const problem of end.notUndone) lines.push(problemText(problem, paint));
  } else if (isAtWork(history) !== true) {
    const last = reached === undefined ? "before the first step" : `after step ${reached + 1} was begun`;
    lines.push(`It was cut off ${last}: nothing is written down from then on.`);
  }
  if (suspended.length > 0) lines.push(paint.bad(`May still be suspended: ${someOf(suspended, 10)}.`));
  for (const { at, what, by } of history.notes) {
    lines.push(`${timeText(at)}  ${what}${by === undefined ? "" : `, by ${by}`}`);
  }
  return lines.map((line) => wrap(line, paint.width, 5, 0)).join("\n");
}
