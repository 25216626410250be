import type { LowLevelInstruction } from "../release/instruction.js";
import type { CoverageReason, MissedReason } from "./coverage-reason.js";
import type { ObservedProcess, RemoteChild } from "./facts.js";
import { isFoundByWalk, runsBy, type RunsBy } from "./running.js";
import { selectProcesses, type SelectionOptions } from "./selection.js";
import { changedModules } from "./upgrade.js";

export type { MissedReason } from "./coverage-reason.js";

export interface MissedProcess {
  readonly process: ObservedProcess;
  readonly reason: MissedReason;
}

/** Processes that meet the same for the same reason. */
export interface ReasonGroup {
  readonly outcome: "migrated" | "reloaded" | "missed";
  readonly reason: CoverageReason;
  readonly processes: readonly ObservedProcess[];
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
  /** Why, for each process of the three lists: it stands in one group for each list. */
  readonly reasons: readonly ReasonGroup[];
  /** Children on other nodes whose child specification names the module: nothing is done to them. */
  readonly elsewhere: readonly RemoteChild[];
}

/**
 * Accounts for every process that runs a changed module: by its child specification, by its real callback module, by
 * the handlers in it, or by the code it is in.
 */
export function coverageOf(
  script: readonly LowLevelInstruction[],
  processes: readonly ObservedProcess[],
  options: SelectionOptions & { readonly remoteChildren?: readonly RemoteChild[] } = {},
): ModuleCoverage[] {
  const { suspended, changed } = touchedBy(script, processes, options);
  return changedModules(script).map((module): ModuleCoverage => {
    const changesState = changed.has(module);
    const groups = new Map<string, ReasonGroup & { processes: ObservedProcess[] }>();
    const lists = {
      migrated: [] as ObservedProcess[],
      reloaded: [] as ObservedProcess[],
      missed: [] as MissedProcess[],
    };
    for (const process of processes) {
      const found = accountFor(process, module, {
        changesState,
        isChanged: changed.get(module)?.has(process) === true,
        isSuspended: suspended.get(module)?.has(process) === true,
        isChosen: options.choice !== undefined,
      });
      if (found === undefined) continue;
      if (found.outcome === "missed") lists.missed.push({ process, reason: found.reason });
      else lists[found.outcome].push(process);
      const key = `${found.outcome} ${found.reason}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { ...found, processes: [process] });
      else group.processes.push(process);
    }
    const elsewhere = (options.remoteChildren ?? []).filter(({ modules }) => modules.includes(module));
    return { module, changesState, ...lists, reasons: [...groups.values()], elsewhere };
  });
}

/** Per module, the processes that are suspended for it, and those of them whose code is changed. */
function touchedBy(
  script: readonly LowLevelInstruction[],
  processes: readonly ObservedProcess[],
  options: SelectionOptions,
): Record<"suspended" | "changed", Map<string, Set<ObservedProcess>>> {
  const touched = {
    suspended: new Map<string, Set<ObservedProcess>>(),
    changed: new Map<string, Set<ObservedProcess>>(),
  };
  const selections = selectProcesses(script, processes, options);
  script.forEach(({ instruction }, index) => {
    if (instruction !== "suspend" && instruction !== "code_change") return;
    const sets = instruction === "suspend" ? touched.suspended : touched.changed;
    for (const [module, selected] of selections[index]!.byModule) {
      const known = sets.get(module) ?? new Set();
      for (const process of selected) known.add(process);
      sets.set(module, known);
    }
  });
  return touched;
}

type Account =
  | { readonly outcome: "missed"; readonly reason: MissedReason }
  | { readonly outcome: "migrated" | "reloaded"; readonly reason: CoverageReason };

/** What becomes of a process, and why; undefined where it has nothing to do with the module. */
function accountFor(
  process: ObservedProcess,
  module: string,
  step: Readonly<Record<"changesState" | "isChanged" | "isSuspended" | "isChosen", boolean>>,
): Account | undefined {
  const runs = runsBy(process, module);
  const isFound = isFoundByWalk(process, module);
  if (step.isChosen && step.isChanged) return { outcome: "migrated", reason: "chosen" };
  if (step.isChosen && step.changesState && runs !== undefined) return { outcome: "missed", reason: notChosen(runs) };
  if (step.isChanged) return { outcome: "migrated", reason: isFound ? reasonFound(process, module) : "included" };
  if (runs === undefined && !process.modules.includes(module)) return undefined;
  if (step.changesState && runs !== undefined) return { outcome: "missed", reason: reasonMissed(process, module) };
  if (runs === "own-code") return { outcome: "reloaded", reason: "own-code" };
  if (step.isSuspended) return { outcome: "reloaded", reason: "suspended" };
  return { outcome: "reloaded", reason: runs === undefined ? "named-only" : "code-only" };
}

const notChosen = (runs: RunsBy): MissedReason => (runs === "own-code" ? "own-code" : "process-not-chosen");

/** Why a release handler finds a process. */
function reasonFound(process: ObservedProcess, module: string): CoverageReason {
  if (process.dynamic) return "dynamic";
  const isOther = runsBy(process, module) === undefined && process.callbackModule !== undefined;
  if (isOther && process.kind !== "own_code") return "declared-though-other";
  return process.supervisor === undefined ? "top-supervisor" : "declared";
}

function reasonMissed(process: ObservedProcess, module: string): MissedReason {
  if (runsBy(process, module) === "own-code") return "own-code";
  // A top process that OTP can't ask for its module: what is below it is found, the process itself isn't.
  if (process.hidden) return process.supervisor === undefined ? "unsupervised-process" : "hidden-subtree";
  return process.supervised ? "callback-not-declared" : "unsupervised-process";
}
