import type { Plan, PlanStep } from "../../upgrade/plan.js";
import { subjectOf } from "./step.js";
import { count, duration, someOf, wrap, type Paint } from "./paint.js";
import { sizeText } from "./size.js";

/** What an upgrade will cost the node, as JSON; null where that was not measured. */
export function costsJson({ costs, upgrade }: Plan): object | null {
  if (costs === undefined) return null;
  return { keptStates: { keep: upgrade.keepState ?? "changed", ...costs.keptStates }, suspension: costs.suspension };
}

/** The same for people, with the steps that can't be taken back. */
export function costsText(plan: Plan, paint: Paint): string {
  const lines = [suspensionText(plan), keptStatesText(plan), lastingText(plan, paint)];
  return lines
    .filter((line) => line !== undefined)
    .map((line) => wrap(line, paint.width, 0))
    .join("\n");
}

function suspensionText({ costs }: Plan): string | undefined {
  const { processes, estimatedMs } = costs?.suspension ?? { processes: 0, estimatedMs: 0 };
  if (processes === 0) return undefined;
  const were = `${count(processes, "process", "processes")} will be suspended`;
  return `${were} for at least ${duration(estimatedMs)}; what code_change does comes on top.`;
}

function keptStatesText({ costs, upgrade }: Plan): string | undefined {
  if (upgrade.keepState === "never") {
    return "No states are kept (--keep-state never): after a failure code_change has to change them back.";
  }
  const { processes, memoryBytes } = costs?.keptStates ?? { processes: 0, memoryBytes: 0 };
  if (processes === 0) return undefined;
  const states = processes === 1 ? "The state of 1 process is" : `The states of ${processes} processes are`;
  return `${states} kept on the node until the next upgrade; the process${processes === 1 ? " takes" : "es take"} ${sizeText(memoryBytes)} now.`;
}

function lastingText({ steps }: Plan, paint: Paint): string | undefined {
  const lasting = steps.filter(({ undo, instruction }) => undo === "none" && instruction.instruction !== "purge");
  if (lasting.length === 0) return undefined;
  const named = someOf(lasting.map(stepName), 3);
  return paint.warn(
    `If it fails, ${lasting.length === 1 ? "one step" : `${lasting.length} steps`} can't be taken back: ${named}.`,
  );
}

const stepName = ({ index, instruction }: PlanStep): string =>
  `${index + 1} (${instruction.instruction} ${subjectOf(instruction)})`.replace(" )", ")");
