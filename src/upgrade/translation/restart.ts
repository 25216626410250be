import type { LowLevelInstruction } from "../../release/instruction.js";
import type { Mode } from "./dependent-instructions.js";
import type { PreparingInstruction } from "./forms.js";
import { isStep, type Step } from "./step.js";

/**
 * Brings the restarts of the emulator to their places. `restart_new_emulator` comes first on the way up, so that all the
 * rest runs on the new one, and becomes a `restart_emulator` on the way down. Of `restart_emulator` one is left, at the
 * end. Follows `systools_rc:sort_emulator_restart/3`.
 *
 * @returns the instructions before and after the point of no return
 */
export function placeEmulatorRestarts(
  mode: Mode,
  before: readonly Step<PreparingInstruction>[],
  after: readonly Step<LowLevelInstruction>[],
): { before: readonly Step<LowLevelInstruction>[]; after: readonly Step<LowLevelInstruction>[] } {
  const newEmulator = after.find((step) => isStep(step, "restart_new_emulator"));
  const emulator = after.find((step) => isStep(step, "restart_emulator"));
  const rest = after.filter((step) => !isStep(step, "restart_new_emulator") && !isStep(step, "restart_emulator"));
  const last = emulator ?? (mode === "down" ? newEmulator : undefined);
  return {
    before: mode === "up" && newEmulator !== undefined ? [newEmulator, ...before] : before,
    after:
      last === undefined ? rest : [...rest, { instruction: { instruction: "restart_emulator" }, origin: last.origin }],
  };
}
