import type { LowLevelInstruction } from "../release/instruction.js";
import type { ExecutionContext } from "./context.js";
import { StepFailure } from "./failure.js";
import { moment, row } from "./guardian/undo-action.js";

/**
 * Processes that begin in the middle of an upgrade: because one that was suspended ended and its supervisor starts it
 * again, or because somebody asks for one. What begins before its module is loaded has a state of the old version, and
 * nobody suspended it; what begins after it has one of the new version, which is wrong when everything is taken back. Such
 * a process has hardly done anything, so it begins anew.
 */

/** The modules whose processes change their state. */
export function migratedModules(script: readonly LowLevelInstruction[]): ReadonlySet<string> {
  return new Set(
    script.flatMap((step) => (step.instruction === "code_change" ? step.modules.map(({ module }) => module) : [])),
  );
}

/** Notes which processes there are before the first step. */
export async function noteBegin(context: ExecutionContext): Promise<void> {
  const modules = [...migratedModules(context.plan.upgrade.script)];
  if (modules.length === 0) return;
  await context.undo.tell(modules.map((module) => row.migrates(module)));
  await context.undo.tellProcesses(moment.begin);
}

/**
 * After the last step: has those begin anew that began on the old code.
 * @throws StepFailure where it can't be seen that they have
 */
export async function renewNewcomers(context: ExecutionContext): Promise<void> {
  if (migratedModules(context.plan.upgrade.script).size === 0) return;
  const renewed = await context.undo.beginAnew();
  if (renewed === undefined) {
    throw new StepFailure({
      code: "newcomers-unknown",
      summary: "the node did not say in time which processes began on the old code in the middle of the upgrade",
      detail: "They would go on with a state of the old version on the new code.",
      hint: "See what keeps the node busy, and try again.",
    });
  }
  for (const pid of renewed) {
    context.skipped(pid, "it began on the old code in the middle of the upgrade, and was started anew");
  }
}
