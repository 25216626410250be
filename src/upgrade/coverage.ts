import type { LowLevelInstruction } from "../release/instruction.js";
import type { ObservedProcess } from "./facts.js";
import { selectProcesses } from "./selection.js";
import { changedModules } from "./upgrade.js";

/** Why a process that runs a changed module is passed over by the script. */
export type MissedReason = "callback-not-declared" | "hidden-subtree" | "unsupervised-process";

export interface MissedProcess {
  readonly process: ObservedProcess;
  readonly reason: MissedReason;
}

/** What becomes of every process that has to do with one changed module. */
export interface ModuleCoverage {
  readonly module: string;
  /** True when the script changes the state of the module's processes, false when it only loads code. */
  readonly changesState: boolean;
  /** Suspended, code_change called, resumed. */
  readonly migrated: readonly ObservedProcess[];
  /** They get the new code, and nothing has to be done to their state. */
  readonly reloaded: readonly ObservedProcess[];
  /** They run the module and would need code_change, but the script doesn't reach them. */
  readonly missed: readonly MissedProcess[];
}

/** Accounts for every process that runs a changed module, by its child specification or by its real callback module. */
export function coverageOf(
  script: readonly LowLevelInstruction[],
  processes: readonly ObservedProcess[],
): ModuleCoverage[] {
  const selections = selectProcesses(script, processes);
  const migrated = new Map<string, Set<ObservedProcess>>();
  script.forEach((step, index) => {
    if (step.instruction !== "code_change") return;
    for (const [module, selected] of selections[index]!.byModule) {
      const known = migrated.get(module) ?? new Set();
      for (const process of selected) known.add(process);
      migrated.set(module, known);
    }
  });
  return changedModules(script).map((module) => {
    const changed = migrated.get(module);
    const rest = processes.filter((process) => runs(process, module) && changed?.has(process) !== true);
    const isMissed = (process: ObservedProcess): boolean => changed !== undefined && process.callbackModule === module;
    return {
      module,
      changesState: changed !== undefined,
      migrated: [...(changed ?? [])],
      reloaded: rest.filter((process) => !isMissed(process)),
      missed: rest.filter(isMissed).map((process) => ({ process, reason: reasonMissed(process) })),
    };
  });
}

function runs(process: ObservedProcess, module: string): boolean {
  return process.callbackModule === module || process.modules.includes(module);
}

function reasonMissed(process: ObservedProcess): MissedReason {
  if (process.hidden) return "hidden-subtree";
  return process.supervised ? "callback-not-declared" : "unsupervised-process";
}
