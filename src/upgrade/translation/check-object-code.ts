import type { FullInstruction, PreparingInstruction } from "./forms.js";
import { isStep, refuseAll, type Fault, type Step } from "./step.js";

/**
 * Each written `load` needs a `load_object_code` that fetched its module. Follows `systools_rc:check_load/2`.
 * (The `load` that an `update` or a `load_module` becomes brings its own.)
 */
export function checkObjectCode(
  before: readonly Step<PreparingInstruction>[],
  after: readonly Step<FullInstruction>[],
): void {
  const fetched = new Set(
    before.flatMap(({ instruction }) => (instruction.instruction === "load_object_code" ? instruction.modules : [])),
  );
  const faults: Fault[] = [];
  for (const step of after) {
    if (!isStep(step, "load") || fetched.has(step.instruction.module)) continue;
    const { module } = step.instruction;
    faults.push({
      code: "no-object-code",
      summary: `load of ${module} has no load_object_code`,
      hint: `Add {load_object_code, {App, Vsn, [${module}]}} before it, or write load_module instead.`,
      origin: step.origin,
    });
  }
  refuseAll(faults);
}
