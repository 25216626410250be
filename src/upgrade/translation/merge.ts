import type { FullInstruction, PreparingInstruction } from "./forms.js";
import { isStep, refuseAll, type Fault, type Step } from "./step.js";

/** Scripts as one, cut at the point of no return. */
export interface Split {
  /** Only `load_object_code` and `apply`. */
  readonly before: readonly Step<PreparingInstruction>[];
  /** Everything else; no `load_object_code` and no `point_of_no_return`. */
  readonly after: readonly Step<FullInstruction>[];
}

/**
 * Cuts each script at its point of no return and joins the parts: all that comes before, then all that comes after.
 * Follows `systools_rc:merge_scripts/1`.
 */
export function mergeScripts(scripts: readonly (readonly Step<FullInstruction>[])[]): Split {
  const before: Step<PreparingInstruction>[] = [];
  const after: Step<FullInstruction>[] = [];
  const faults: Fault[] = [];
  for (const script of scripts) splitScript(script, before, after, faults);
  refuseAll(faults);
  return { before, after };
}

/**
 * Appends the parts of one script. A script without `point_of_no_return` lies wholly after it; a `load_object_code`
 * after it is moved before it. Follows `systools_rc:split_script/1`.
 */
function splitScript(
  script: readonly Step<FullInstruction>[],
  before: Step<PreparingInstruction>[],
  after: Step<FullInstruction>[],
  faults: Fault[],
): void {
  const cut = script.findIndex((step) => isStep(step, "point_of_no_return"));
  for (const [position, step] of script.entries()) {
    const name = step.instruction.instruction;
    if (position < cut) {
      if (isPreparing(step)) before.push(step);
      else faults.push(operationTooEarly(step));
    } else if (name === "point_of_no_return") {
      if (position !== cut) faults.push(secondPoint(step));
    } else if (isStep(step, "load_object_code")) {
      before.push(step);
    } else {
      after.push(step);
    }
  }
}

function isPreparing(step: Step<FullInstruction>): step is Step<PreparingInstruction> {
  return isStep(step, "load_object_code") || isStep(step, "apply");
}

function operationTooEarly({ instruction, origin }: Step<FullInstruction>): Fault {
  return {
    code: "operation-before-point-of-no-return",
    summary: `${instruction.instruction} stands before point_of_no_return`,
    detail: "Before the point of no return nothing may change: only load_object_code and apply can stand there.",
    hint: `Move ${instruction.instruction} behind point_of_no_return, or leave point_of_no_return out: it is added.`,
    origin,
  };
}

function secondPoint({ origin }: Step<FullInstruction>): Fault {
  return {
    code: "several-points-of-no-return",
    summary: "point_of_no_return occurs more than once in one script",
    hint: "Keep the first one, or none: it is added.",
    origin,
  };
}
