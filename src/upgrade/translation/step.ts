import type { Problem } from "../../terms/problem.js";
import type { Instruction } from "../../release/instruction.js";

/** Where an instruction was written: which of the scripts, and its index there. */
export interface Origin {
  readonly script: number;
  readonly index: number;
}

/** An instruction on its way through the passes, with the place of the written one that it came from. */
export interface Step<I extends Instruction = Instruction> {
  readonly instruction: I;
  readonly origin: Origin;
}

/** What a pass objects to: a {@link Problem} whose place is still the number of an instruction. */
export interface Fault {
  readonly code: string;
  readonly summary: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly origin: Origin;
}

/** Thrown by a pass that refuses the scripts, with everything that this pass found. */
export class Refusal extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => fault.summary).join("; "));
    this.name = "Refusal";
    this.faults = faults;
  }
}

/** Throws a {@link Refusal} when there is something to refuse. */
export function refuseAll(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new Refusal(faults);
}

/** A fault as a problem, given where the origin lies in a file (if it lies in one). */
export function faultToProblem(fault: Fault, span: Problem["span"]): Problem {
  return {
    code: fault.code,
    severity: "error",
    summary: fault.summary,
    ...(fault.detail === undefined ? {} : { detail: fault.detail }),
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(span === undefined ? {} : { span }),
  };
}

/** Narrows a step by the name of its instruction. */
export function isStep<Name extends Instruction["instruction"]>(
  step: Step,
  name: Name,
): step is Step<Extract<Instruction, { readonly instruction: Name }>> {
  return step.instruction.instruction === name;
}
