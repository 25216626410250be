import type { HighLevelInstruction, Instruction, LoadModule, Update } from "./instruction.js";

/**
 * Records that name a tuple form. Any field of an instruction may be left out in YAML or in code, but only some sets of
 * fields have a tuple: the others get the defaults of appup(4) until they have one.
 */

/** The instruction with the fewest defaults filled in that give its fields a tuple form. */
export function complete<Any extends Instruction>(instruction: Any): Any;
export function complete(instruction: Instruction): Instruction {
  if (instruction.instruction === "update") return completeUpdate(instruction);
  if (instruction.instruction === "load_module") return completeLoadModule(instruction);
  return instruction;
}

function completeUpdate(update: Update): HighLevelInstruction {
  const { modType, timeout, change, prePurge, postPurge, depMods } = update;
  if (update.supervisor) return update;
  const long = modType !== undefined || timeout !== undefined || prePurge !== undefined || postPurge !== undefined;
  if (!long) return update;
  return {
    instruction: "update",
    module: update.module,
    ...(modType === undefined ? {} : { modType }),
    ...(modType === undefined && timeout === undefined ? {} : { timeout: timeout ?? "default" }),
    change: change ?? "soft",
    prePurge: prePurge ?? "brutal_purge",
    postPurge: postPurge ?? "brutal_purge",
    depMods: depMods ?? [],
  };
}

function completeLoadModule(load: LoadModule): HighLevelInstruction {
  const { module, prePurge, postPurge, depMods } = load;
  if (prePurge === undefined && postPurge === undefined) return load;
  return {
    instruction: "load_module",
    module,
    prePurge: prePurge ?? "brutal_purge",
    postPurge: postPurge ?? "brutal_purge",
    depMods: depMods ?? [],
  };
}
