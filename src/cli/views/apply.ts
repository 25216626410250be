import type { Applied } from "../../engine/apply.js";
import type { Execution, StepResult } from "../../engine/execution.js";
import type { KeptStates } from "../../engine/guardian/guardian.js";
import type { Restart } from "../../engine/restart.js";
import type { StateChange } from "../../engine/states.js";
import { printTerm } from "../../terms/print.js";
import type { Plan } from "../../upgrade/plan.js";
import { executorOf, type Executor } from "../../upgrade/upgrade.js";
import { costsJson } from "./costs.js";
import { findingsJson, findingsText } from "./finding.js";
import { count, duration, fit, nameText, someOf, wrap, type Paint } from "./paint.js";
import { processName } from "./coverage.js";
import { stepJson, titleOf } from "./plan.js";
import { problemJson, problemText } from "./problem.js";
import { sizeText } from "./size.js";
import { stepLines } from "./step.js";

/** How many processes were reloaded or missed, as the plan accounted for them. */
function countCoverage(plan: Plan): { reloaded: number; missed: number } {
  const distinct = (pids: readonly string[]): number => new Set(pids).size;
  return {
    reloaded: distinct(plan.coverage.flatMap(({ reloaded }) => reloaded.map(({ text }) => text))),
    missed: distinct(plan.coverage.flatMap(({ missed }) => missed.map(({ process }) => process.text))),
  };
}

/** What `apply` did, as JSON. */
export function applyJson(applied: Applied): object {
  const { plan, execution } = applied;
  const { reloaded, missed } = countCoverage(plan);
  const done = execution?.outcome === "upgraded";
  return {
    node: plan.node,
    name: plan.upgrade.name,
    from: plan.upgrade.from,
    to: plan.upgrade.to,
    direction: plan.upgrade.direction,
    executor: executorOf(plan.upgrade),
    result: execution?.outcome ?? "refused",
    steps: execution === undefined ? plan.steps.map(stepJson) : execution.steps.map(stepResultJson),
    findings: findingsJson(execution === undefined ? applied.refusedFor : plan.findings),
    ...(applied.differences.length > 0 && { differences: applied.differences }),
    processes: {
      migrated: done ? execution.tally.migrated.size : 0,
      reloaded: done ? reloaded : 0,
      missed: missed + skippedCount(execution),
      dead: execution?.tally.dead.size ?? 0,
      failed: execution?.tally.failed.size ?? 0,
    },
    unresponsive: execution?.unresponsive ?? [],
    suspension: suspensionJson(execution),
    costs: costsJson(plan),
    keptStates: execution?.keptStates ?? null,
    restart: restartJson(execution),
    ...(applied.states.length > 0 && { states: applied.states.map((state) => stateJson(state, execution)) }),
    ...(applied.bookkeeping?.status !== undefined && { releaseStatus: applied.bookkeeping.status }),
    ...(applied.bookkeeping?.problem !== undefined && { warnings: [problemJson(applied.bookkeeping.problem)] }),
    ...(applied.soaked !== undefined && { soak: { problems: applied.soaked.map(problemJson) } }),
    failure: execution?.failure === undefined ? null : problemJson(execution.failure),
    notUndone: (execution?.notUndone ?? []).map(problemJson),
    journal: journalJson(applied),
    digest: plan.digest,
    durationMs: execution?.durationMs ?? 0,
  };
}

/** Processes that did not answer and were passed over are missed, though the plan counted on them. */
const skippedCount = (execution: Execution | undefined): number =>
  execution?.outcome === "upgraded" ? execution.unresponsive.filter(({ action }) => action === "skipped").length : 0;

/** A restart of the node after a failure; null where there was none. */
function restartJson(execution: Execution | undefined): object | null {
  if (execution?.restart === undefined) return null;
  const { creation, release, durationMs } = execution.restart;
  return { creation: { before: creation.before, after: creation.after ?? null }, release: release ?? null, durationMs };
}

/** Where it is written down; a problem where not all of it is. Null where nothing was done, or no journal was wanted. */
function journalJson({ journal }: Applied): object | null {
  if (journal === undefined) return null;
  const { id, path, failure } = journal;
  return { id, file: path, problem: failure === undefined ? null : problemJson(failure) };
}

function stepResultJson(result: StepResult): object {
  return { ...stepJson(result.step), status: result.status, durationMs: result.durationMs, touched: result.processes };
}

function suspensionJson(execution: Execution | undefined): object {
  const { count, p50Ms, p99Ms, maxMs } = execution?.suspension ?? { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 };
  return { count, p50Ms, p99Ms, maxMs };
}

function stateJson({ process, before, after }: StateChange, execution: Execution | undefined): object {
  return {
    pid: process.text,
    registeredName: process.registeredName ?? null,
    callbackModule: process.callbackModule ?? null,
    suspendedMs: execution?.suspension.byProcess.get(process.text) ?? null,
    before: before === undefined ? null : printTerm(before),
    after: after === undefined ? null : printTerm(after),
  };
}

/** What `apply` did, for people. */
export function applyText(applied: Applied, paint: Paint): string {
  const { plan, execution } = applied;
  const parts = [titleOf(plan, paint)];
  if (execution === undefined) {
    parts.push(findingsText(applied.refusedFor, paint));
    parts.push(paint.bad("Refused: nothing was changed on the node."));
    return parts.join("\n\n");
  }
  parts.push(stepsText(execution, paint));
  if (applied.states.length > 0) parts.push(statesText(applied.states, execution, paint));
  if (execution.unresponsive.length > 0) parts.push(unresponsiveText(execution, paint));
  const warnings = plan.findings.filter(({ severity }) => severity !== "info");
  if (warnings.length > 0) parts.push(findingsText(warnings, paint));
  if (execution.failure !== undefined) parts.push(problemText(execution.failure, paint));
  for (const problem of execution.notUndone) parts.push(problemText(problem, paint));
  if (applied.bookkeeping?.problem !== undefined) parts.push(problemText(applied.bookkeeping.problem, paint));
  for (const problem of applied.soaked ?? []) parts.push(problemText(problem, paint));
  const journal = applied.journal?.failure;
  if (journal !== undefined && journal.code !== execution.failure?.code) {
    parts.push(problemText({ ...journal, severity: "warning" }, paint));
  }
  parts.push(conclusion(applied, execution, paint));
  return parts.join("\n\n");
}

const ACTIONS = {
  stopped: "didn't answer suspend in time, and so stopped the upgrade",
  skipped: "didn't answer suspend in time, and was passed over: it has its old state",
  killed: "didn't answer suspend in time, and was killed",
} as const;

const unresponsiveText = ({ unresponsive }: Execution, paint: Paint): string =>
  unresponsive
    .map(({ pid, module, action }) =>
      wrap(`${paint.warn(pid)}  runs ${nameText(module)}; it ${ACTIONS[action]}.`, paint.width, 2, 0),
    )
    .join("\n");

const MARKS = { done: "ok", failed: "FAILED", not_executed: "-", unknown: "?" } as const;

function stepsText(execution: Execution, paint: Paint): string {
  const colours = { done: paint.good, failed: paint.bad, not_executed: paint.faint, unknown: paint.warn };
  return stepLines(
    execution.steps.map(({ step, status, processes, durationMs }) => ({
      step,
      mark: colours[status](MARKS[status].padEnd(8)),
      notes: [
        processes > 0 ? count(processes, "process", "processes") : "",
        status === "not_executed" || execution.executor === "otp" ? "" : duration(durationMs),
      ],
    })),
    paint,
  );
}

function statesText(states: readonly StateChange[], { suspension }: Execution, paint: Paint): string {
  const show = (state: StateChange["before"]): string =>
    state === undefined ? paint.faint("(can't be read)") : fit(printTerm(state), paint.width - 11);
  return states
    .map(({ process, before, after }) => {
      const name = process.registeredName === undefined ? process.text : `${processName(process)} ${process.text}`;
      const suspendedMs = suspension.byProcess.get(process.text);
      const about = [
        process.callbackModule === undefined ? "" : `runs ${nameText(process.callbackModule)}`,
        suspendedMs === undefined ? "" : `was suspended for ${duration(suspendedMs)}`,
      ].filter((each) => each !== "");
      return [
        `${paint.strong(name)}  ${paint.faint(about.join(", "))}`.trimEnd(),
        `  before   ${show(before)}`,
        `  after    ${show(after)}`,
      ].join("\n");
    })
    .join("\n");
}

function conclusion({ plan, bookkeeping, soaked }: Applied, execution: Execution, paint: Paint): string {
  const lines = [outcomeText(plan, execution, paint)];
  if (execution.executor === "otp") lines.push("OTP's release handler did the steps, and doesn't tell of each.");
  else lines.push(suspensionText(plan, execution));
  if (soaked?.length === 0) lines.push("Looked at again after it was left to run: all of it runs on.");
  // On the embedded node, which ends with the command, they take nothing that could be told.
  if (execution.keptStates !== undefined && execution.keptStates.memoryBytes > 0)
    lines.push(keptText(execution.keptStates));
  if (bookkeeping?.status === "current") {
    lines.push(
      bookkeeping.bootsNext === true
        ? "A start boots it already, by start_erl.data; the release handler doesn't know that until it is committed."
        : "A restart boots the release of before, until this one is committed.",
    );
  }
  return lines.map((line) => wrap(line, paint.width, 0)).join("\n");
}

const keptText = ({ processes, memoryBytes }: KeptStates): string =>
  `${count(processes, "state")} of before ${processes === 1 ? "is" : "are"} kept on the node for a rollback (${sizeText(memoryBytes)}).`;

function outcomeText(plan: Plan, execution: Execution, paint: Paint): string {
  const { from, to, direction } = plan.upgrade;
  const failed = execution.interrupted ? "Interrupted" : "Failed";
  switch (execution.outcome) {
    case "upgraded": {
      const done = paint.good(`${direction === "up" ? "Upgraded" : "Downgraded"} to ${to}`);
      if (execution.restart !== undefined) {
        const { creation, durationMs } = execution.restart;
        const anew = `${duration(durationMs)} for the restart, creation ${creation.before} -> ${creation.after}`;
        return `${done} in ${duration(execution.durationMs)}: the node was restarted (${anew}), and runs it.`;
      }
      return `${done} in ${duration(execution.durationMs)}: ${accountText(plan, execution, paint)}.`;
    }
    case "rolled_back":
      if (execution.restart !== undefined) return restartText(execution.restart, execution.executor, paint);
      return `${paint.warn(`${failed} and rolled back`)}: the node runs ${from} as before, and nothing is left suspended.${startedAnewText(execution)}`;
    case "failed":
      if (execution.notUndone.some(({ code }) => code === "left-as-it-is")) {
        return `${paint.bad("Failed, and left as it is")}: the node needs attention (see above).`;
      }
      return `${paint.bad(`${failed}, and not all could be taken back`)}: the node needs attention (see above).`;
    case "unknown":
      return `${paint.bad("The node went away during the upgrade")}: what it did of the last step can't be told. It takes the upgrade back by itself. When it is there again, see what came of it with: relupctl recover`;
  }
}

function restartText({ release, durationMs }: Restart, executor: Executor, paint: Paint): string {
  const runs = release === undefined ? "" : `, ${release.name} ${release.vsn}`;
  return (
    `${paint.warn("Failed, and the node was restarted")} into its permanent release${runs}, in ${duration(durationMs)}: ` +
    `${executor === "otp" ? "so OTP's release handler ends a failed upgrade" : "not all could be taken back (see above)"}. What its processes knew is lost.`
  );
}

/** What became of the processes that have to do with a changed module. */
function accountText(plan: Plan, execution: Execution, paint: Paint): string {
  const { tally } = execution;
  const { reloaded, missed } = countCoverage(plan);
  const total = missed + skippedCount(execution);
  const parts = [
    `${count(tally.migrated.size, "process", "processes")} migrated`,
    reloaded > 0 ? `${reloaded} got new code only` : "",
    tally.dead.size > 0 ? `${tally.dead.size} ended meanwhile` : "",
    total > 0 ? paint.bad(`${total} missed`) : "0 missed",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** What a rollback can't give back: the states of children that were stopped. */
function startedAnewText({ steps }: Execution): string {
  const stopped = steps
    .filter(({ step }) => step.instruction.instruction === "stop")
    .reduce((sum, { processes }) => sum + processes, 0);
  if (stopped === 0) return "";
  return ` ${count(stopped, "process that the upgrade had stopped was", "processes that the upgrade had stopped were")} started anew.`;
}

/** Who was suspended, and for how long at most; who may still be. */
function suspensionText(plan: Plan, { suspension }: Execution): string {
  const { byProcess, maxMs, stillSuspended } = suspension;
  if (byProcess.size === 0) return "No process was suspended.";
  const planned = plan.steps.flatMap(({ processes }) => processes);
  const names = new Map(planned.map((process) => [process.text, processName(process)]));
  const named = (pids: Iterable<string>): string =>
    someOf(
      [...pids].map((pid) => names.get(pid) ?? pid),
      5,
    );
  const were =
    byProcess.size === 1
      ? `${named(byProcess.keys())} was suspended for ${duration(maxMs)}.`
      : `${byProcess.size} processes were suspended, each for ${duration(maxMs)} at the most: ${named(byProcess.keys())}.`;
  return stillSuspended.length === 0 ? were : `${were} ${named(stillSuspended)} may still be suspended.`;
}
