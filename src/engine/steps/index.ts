import type { LowLevelInstruction } from "../../release/instruction.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { apply } from "./apply.js";
import { codeChange } from "./code-change.js";
import { load, loadObjectCode, purgeModules, remove } from "./load.js";
import { pointOfNoReturn } from "./point-of-no-return.js";
import { start, stop } from "./stop-start.js";
import { resume, suspend } from "./suspend.js";

/**
 * Executes one low-level instruction, as `release_handler_1:eval/2`.
 * @returns how many processes it touched
 * @throws StepFailure, CallError when it could not be done
 */
export async function executeInstruction(instruction: LowLevelInstruction, context: ExecutionContext): Promise<number> {
  switch (instruction.instruction) {
    case "load_object_code":
      return await loadObjectCode(instruction, context);
    case "point_of_no_return":
      return await pointOfNoReturn(context);
    case "load":
      return await load(instruction, context);
    case "remove":
      return await remove(instruction, context);
    case "purge":
      return await purgeModules(instruction, context);
    case "suspend":
      return await suspend(instruction, context);
    case "resume":
      return await resume(instruction, context);
    case "code_change":
      return await codeChange(instruction, context);
    case "stop":
      return await stop(instruction, context);
    case "start":
      return await start(instruction, context);
    case "apply":
      return await apply(instruction, context);
    case "sync_nodes":
    case "restart_new_emulator":
    case "restart_emulator":
      // Findings of the same meaning keep a plan with them from being executed unless the user allows it.
      throw new StepFailure({
        code: "not-executable",
        summary: `${instruction.instruction} can't be executed from outside the node`,
        hint: "Install this release with release_handler:install_release/1 on the node.",
      });
  }
}
