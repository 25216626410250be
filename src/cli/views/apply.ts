import type { Applied } from "../../engine/apply.js";
import type { Execution, StepResult } from "../../engine/execute.js";
import type { StateChange } from "../../engine/states.js";
import { printTerm } from "../../terms/print.js";
import type { Plan } from "../../upgrade/plan.js";
import { findingsJson, findingsText } from "./finding.js";
import { count, duration, fit, type Paint } from "./paint.js";
import { stepJson, titleOf } from "./plan.js";
import { problemJson, problemText } from "./problem.js";
import { stepLines } from "./step.js";

/** The results that `apply` can have, as the contract names them. */
export type ApplyResult = "upgraded" | "refused" | "rolled_back" | "failed" | "unknown";

export function resultOf(applied: Applied): ApplyResult {
  return applied.execution?.outcome ?? "refused";
}

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
    result: resultOf(applied),
    steps: execution === undefined ? plan.steps.map(stepJson) : execution.steps.map(stepResultJson),
    findings: findingsJson(execution === undefined ? applied.refusedFor : plan.findings),
    processes: {
      migrated: done ? execution.tally.migrated.size : 0,
      reloaded: done ? reloaded : 0,
      missed,
      dead: execution?.tally.dead.size ?? 0,
      failed: execution?.tally.failed.size ?? 0,
    },
    suspension: execution?.suspension ?? { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 },
    ...(applied.states.length > 0 && { states: applied.states.map(stateJson) }),
    failure: execution?.failure === undefined ? null : problemJson(execution.failure),
    notUndone: (execution?.notUndone ?? []).map(problemJson),
    digest: plan.digest,
    durationMs: execution?.durationMs ?? 0,
  };
}

function stepResultJson(result: StepResult): object {
  return { ...stepJson(result.step), status: result.status, durationMs: result.durationMs, touched: result.processes };
}

function stateJson({ process, before, after }: StateChange): object {
  return {
    pid: process.text,
    registeredName: process.registeredName ?? null,
    callbackModule: process.callbackModule ?? null,
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
  if (applied.states.length > 0) parts.push(statesText(applied.states, paint));
  const warnings = plan.findings.filter(({ severity }) => severity !== "info");
  if (warnings.length > 0) parts.push(findingsText(warnings, paint));
  if (execution.failure !== undefined) parts.push(problemText(execution.failure, paint));
  for (const problem of execution.notUndone) parts.push(problemText(problem, paint));
  parts.push(conclusion(applied, execution, paint));
  return parts.join("\n\n");
}

const MARKS = { done: "ok", failed: "FAILED", not_executed: "-" } as const;

function stepsText(execution: Execution, paint: Paint): string {
  const colours = { done: paint.good, failed: paint.bad, not_executed: paint.faint };
  return stepLines(
    execution.steps.map(({ step, status, processes, durationMs }) => ({
      step,
      mark: colours[status](MARKS[status].padEnd(8)),
      notes: [
        processes > 0 ? count(processes, "process", "processes") : "",
        status === "not_executed" ? "" : duration(durationMs),
      ],
    })),
    paint,
  );
}

function statesText(states: readonly StateChange[], paint: Paint): string {
  return states
    .map(({ process, before, after }) => {
      const name = process.registeredName === undefined ? process.text : `${process.registeredName} ${process.text}`;
      const show = (state: StateChange["before"]): string =>
        state === undefined ? paint.faint("(can't be read)") : fit(printTerm(state), paint.width - 11);
      return [
        `${paint.strong(name)}${process.callbackModule === undefined ? "" : paint.faint(`  runs ${process.callbackModule}`)}`,
        `  before   ${show(before)}`,
        `  after    ${show(after)}`,
      ].join("\n");
    })
    .join("\n");
}

function conclusion({ plan }: Applied, execution: Execution, paint: Paint): string {
  const { suspension } = execution;
  const { missed } = countCoverage(plan);
  const held =
    suspension.count === 0
      ? "No process was suspended."
      : `${count(suspension.count, "process was", "processes were")} suspended, ${suspension.count === 1 ? "for" : "each at most for"} ${duration(suspension.maxMs)}.`;
  switch (execution.outcome) {
    case "upgraded":
      return `${paint.good(`${plan.upgrade.direction === "up" ? "Upgraded" : "Downgraded"} to ${plan.upgrade.to}`)} in ${duration(execution.durationMs)}: ${count(execution.tally.migrated.size, "process", "processes")} migrated, ${missed} missed.\n${held}`;
    case "rolled_back":
      return `${paint.warn("Failed and rolled back")}: the node runs ${plan.upgrade.from} as before, and nothing is left suspended.\n${held}`;
    case "failed":
      return `${paint.bad("Failed, and not all could be taken back")}: the node needs attention (see above).\n${held}`;
  }
}
