import type { LowLevelInstruction } from "../release/instruction.js";
import { executorOf, type Upgrade } from "./upgrade.js";

/** How a step is undone: exactly as it was, by a compensating step, or not at all. */
export type Undo = "exact" | "compensate" | "none";

/** How the given step of the upgrade can be undone. */
export function undoOf(step: LowLevelInstruction, upgrade: Upgrade): Undo {
  // OTP's release handler takes nothing back: where a step fails, it restarts the node.
  if (executorOf(upgrade) === "otp") return step.instruction === "load_object_code" ? "exact" : "none";
  switch (step.instruction) {
    case "load_object_code":
    case "point_of_no_return":
    case "suspend":
    case "resume":
      return "exact";
    // Without the state from before, the module's own code has to change it back.
    case "code_change":
      return upgrade.keepState === "never" ? "compensate" : "exact";
    case "load":
    case "remove":
      return canPutBack(step.module, upgrade) ? "exact" : "none";
    // Processes that are started again are new ones.
    case "stop":
    case "start":
      return "compensate";
    // It takes nothing but what no process may run any more; what it kills stays dead.
    case "purge":
      return "none";
    case "apply":
      return isStartOrStop(step.mfa.module, step.mfa.function) ? "compensate" : "none";
    case "sync_nodes":
    case "restart_new_emulator":
    case "restart_emulator":
      return "none";
  }
}

/** The code that is loaded now can be put back where its object code was read, or where there was none. */
function canPutBack(module: string, upgrade: Upgrade): boolean {
  const code = upgrade.objectCode.get(module);
  return code === undefined || code.previousMd5 !== undefined || code.previousVsn === undefined;
}

/** Calls that start or stop applications, or children of supervisors. */
function isStartOrStop(module: string, fun: string): boolean {
  if (module === "supervisor") {
    return ["start_child", "restart_child", "terminate_child", "delete_child"].includes(fun);
  }
  return module === "application" && ["start", "stop", "load", "unload"].includes(fun);
}
