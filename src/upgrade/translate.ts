import type { Instruction, LowLevelInstruction } from "../release/instruction.js";
import { ProblemError, type Problem, type Span } from "../terms/problem.js";
import { translateApplicationInstructions } from "./translation/application-instructions.js";
import type { UpgradeApplication } from "./translation/application.js";
import { checkObjectCode } from "./translation/check-object-code.js";
import { checkStartStop, checkSuspendResume } from "./translation/check-pairs.js";
import { translateDependentInstructions, type Mode } from "./translation/dependent-instructions.js";
import { expand } from "./translation/expand.js";
import type { PreparingInstruction } from "./translation/forms.js";
import { mergeScripts } from "./translation/merge.js";
import { mergeObjectCode } from "./translation/object-code.js";
import { placeEmulatorRestarts } from "./translation/restart.js";
import { faultToProblem, Refusal, type Origin, type Step } from "./translation/step.js";

/** Where the instruction of an {@link Origin} was written; undefined where it wasn't written in a file. */
export type Locate = (origin: Origin) => Span | undefined;

/**
 * Translates the scripts of appups into the one low-level script of a relup, as `systools_rc:translate_scripts/4` does.
 * The passes and their order are described in docs/translation.md.
 *
 * @param mode whether the scripts lead up or down: on the way down modules are loaded and code is changed in another order
 * @param scripts one for each application; their order is kept
 * @param applications those of the release that is gone to
 * @param preApplications those of the release that is left
 * @param locate finds the places that problems are reported at
 * @throws ProblemError with everything that the first objecting pass found
 */
export function translateScripts(
  mode: Mode,
  scripts: readonly (readonly Instruction[])[],
  applications: readonly UpgradeApplication[],
  preApplications: readonly UpgradeApplication[],
  locate: Locate = () => undefined,
): LowLevelInstruction[] {
  try {
    return translate(mode, scripts, applications, preApplications).map((step) => step.instruction);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const problems = error.faults.map((fault) => faultToProblem(fault, locate(fault.origin)));
    throw new ProblemError(problems as [Problem, ...Problem[]]);
  }
}

function translate(
  mode: Mode,
  scripts: readonly (readonly Instruction[])[],
  applications: readonly UpgradeApplication[],
  preApplications: readonly UpgradeApplication[],
): readonly Step<LowLevelInstruction>[] {
  const expanded = scripts.map((instructions, script) =>
    instructions.map((instruction, index) => ({ instruction: expand(instruction), origin: { script, index } })),
  );
  const written = mergeScripts(expanded);
  checkObjectCode(written.before, written.after);
  checkSuspendResume(written.after);
  checkStartStop(written.after);

  const independent = translateApplicationInstructions(written.after, applications, preApplications);
  const low = translateDependentInstructions(mode, independent, applications);
  const preparing: Step<PreparingInstruction>[] = mergeObjectCode([...written.before, ...low.before]);
  const { before, after } = placeEmulatorRestarts(mode, preparing, low.after);
  const cut: Step<LowLevelInstruction> = {
    instruction: { instruction: "point_of_no_return" },
    origin: { script: -1, index: -1 },
  };
  return [...before, cut, ...after];
}
