import { nil } from "../../terms/term.js";
import type { Instruction, LoadModule, Update } from "../../release/instruction.js";
import type { FullInstruction, FullLoadModule, FullUpdate } from "./forms.js";

/**
 * Writes out the short form of an instruction, with the values that appup(4) gives to what was left out.
 * Follows `systools_rc:expand_script/1` and `systools_rc:normalize_instrs/1`.
 */
export function expand(instruction: Instruction): FullInstruction {
  switch (instruction.instruction) {
    case "update":
      return expandUpdate(instruction);
    case "load_module":
      return expandLoadModule(instruction);
    case "add_module":
    case "delete_module":
      return { ...instruction, depMods: instruction.depMods ?? [] };
    case "add_application":
      return { ...instruction, type: instruction.type ?? "permanent" };
    default:
      return instruction;
  }
}

function expandUpdate(update: Update): FullUpdate {
  const base = { instruction: "update", module: update.module } as const;
  if (update.supervisor === true) {
    return {
      ...base,
      modType: "static",
      timeout: "default",
      change: { advanced: nil },
      prePurge: "brutal_purge",
      postPurge: "brutal_purge",
      depMods: [],
    };
  }
  return {
    ...base,
    modType: update.modType ?? "dynamic",
    timeout: update.timeout ?? "default",
    change: update.change ?? "soft",
    prePurge: update.prePurge ?? "brutal_purge",
    postPurge: update.postPurge ?? "brutal_purge",
    depMods: update.depMods ?? [],
  };
}

function expandLoadModule(load: LoadModule): FullLoadModule {
  return {
    instruction: "load_module",
    module: load.module,
    prePurge: load.prePurge ?? "brutal_purge",
    postPurge: load.postPurge ?? "brutal_purge",
    depMods: load.depMods ?? [],
  };
}
