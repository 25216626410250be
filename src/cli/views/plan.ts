import { encodeInstruction } from "../../release/erlang/encode-instruction.js";
import { printTerm } from "../../terms/print.js";
import { checksum } from "../../upgrade/checksum.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { Finding } from "../../upgrade/finding.js";
import type { Plan, PlanStep } from "../../upgrade/plan.js";
import { executorOf } from "../../upgrade/upgrade.js";
import { coverageJson, coverageText } from "./coverage.js";
import { costsJson, costsText } from "./costs.js";
import { findingsJson, findingsText } from "./finding.js";
import { count, wrap, type Paint } from "./paint.js";
import { fromSnapshot } from "./snapshot.js";
import { stepLines } from "./step.js";

const pids = (processes: readonly ObservedProcess[]): string[] => processes.map(({ text }) => text);

/** One step of a plan as JSON. */
export function stepJson(step: PlanStep): object {
  return {
    index: step.index,
    instruction: step.instruction.instruction,
    modules: step.modules,
    processes: pids(step.processes),
    undo: step.undo,
    term: printTerm(encodeInstruction(step.instruction)),
  };
}

/** A plan as JSON, as the command line's contract has it. */
export function planJson(plan: Plan): object {
  const { upgrade } = plan;
  const content = {
    node: plan.node,
    ...(plan.snapshot !== undefined && { snapshot: plan.snapshot }),
    kind: upgrade.kind,
    name: upgrade.name,
    from: upgrade.from,
    to: upgrade.to,
    direction: upgrade.direction,
    origin: upgrade.origin,
    executor: executorOf(upgrade),
    ...(upgrade.kind === "application" && { directory: upgrade.libraries[0]?.directory }),
    steps: plan.steps.map(stepJson),
    findings: findingsJson(plan.findings),
    coverage: coverageJson(plan.coverage),
    costs: costsJson(plan),
    configuration: upgrade.configuration ?? [],
    basis: plan.basis,
    digest: plan.digest,
  };
  return { ...content, checksum: checksum(content) };
}

/** `counter 0.1.0 -> 0.2.0 on node@host, an upgrade by the appups`. */
export function titleOf(plan: Plan, paint: Paint): string {
  const { upgrade } = plan;
  const way = upgrade.direction === "up" ? "upgrade" : "downgrade";
  const origin = { relup: "by its relup", appup: "by the appups", files: "by hand" }[upgrade.origin];
  const by = executorOf(upgrade) === "otp" ? ", executed by OTP's release handler" : "";
  const title = `${paint.strong(`${upgrade.name} ${upgrade.from} -> ${upgrade.to}`)} on ${plan.node}${fromSnapshot(plan.snapshot)}, ${way} ${origin}${by}`;
  return wrap(title, paint.width, 2, 0);
}

/**
 * A plan for people: the steps, who is touched, what is wrong, and whether it would be applied.
 * @param blocking the findings that stand in the way
 */
export function planText(plan: Plan, blocking: readonly Finding[], paint: Paint): string {
  const parts = [titleOf(plan, paint), stepsText(plan, paint), coverageText(plan.coverage, paint)];
  if (plan.findings.length > 0) parts.push(findingsText(plan.findings, paint));
  const configuration = plan.upgrade.configuration ?? [];
  if (configuration.length > 0) {
    parts.push([paint.strong("Configuration"), ...configuration.map((line) => `  ${line}`)].join("\n"));
  }
  const costs = costsText(plan, paint);
  if (costs !== "") parts.push(costs);
  const codes = [...new Set(blocking.map(({ code }) => code))].join(", ");
  const verdict =
    codes === "" ? paint.good("Nothing stands in the way.") : paint.bad(`apply would refuse this: ${codes}.`);
  parts.push(`${wrap(verdict, paint.width, 0)}\n${paint.faint(`digest ${plan.digest}`)}`);
  return parts.join("\n\n");
}

const UNDO_WORDS = { exact: "", compensate: "undone by starting anew", none: "can't be undone" } as const;

function undoText({ instruction, undo }: PlanStep): string {
  if (instruction.instruction === "purge") return "";
  return instruction.instruction === "code_change" && undo === "compensate"
    ? "undone by code_change"
    : UNDO_WORDS[undo];
}

function stepsText(plan: Plan, paint: Paint): string {
  return stepLines(
    plan.steps.map((step) => ({
      step,
      mark: "",
      notes: [touches(step) ? count(step.processes.length, "process", "processes") : "", undoText(step)],
    })),
    paint,
  );
}

const touches = (step: PlanStep): boolean =>
  ["suspend", "code_change", "resume", "stop", "start"].includes(step.instruction.instruction);
