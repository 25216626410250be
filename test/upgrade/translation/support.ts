import type { Instruction } from "../../../src/release/instruction.js";
import { expand } from "../../../src/upgrade/translation/expand.js";
import type { FullInstruction } from "../../../src/upgrade/translation/forms.js";
import { Refusal, type Fault, type Step } from "../../../src/upgrade/translation/step.js";

/** Steps of one script, numbered. */
export const steps = <I extends Instruction>(instructions: readonly I[], script = 0): Step<I>[] =>
  instructions.map((instruction, index) => ({ instruction, origin: { script, index } }));

export const full = (instructions: readonly Instruction[], script = 0): Step<FullInstruction>[] =>
  steps(instructions.map(expand), script);

export const bare = <I extends Instruction>(result: readonly Step<I>[]): I[] => result.map((step) => step.instruction);

/** The faults that a pass refuses with; fails when it doesn't. */
export function faultsOf(pass: () => unknown): readonly Fault[] {
  try {
    pass();
  } catch (error) {
    if (error instanceof Refusal) return error.faults;
    throw error;
  }
  throw new Error("nothing was refused");
}
