import { loadedModules, type LoadedModule } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { BeginRecord } from "../journal/records.js";
import { observeProcesses } from "../processes.js";
import type { UnfinishedUpgrade } from "./journaled.js";
import type { Repair } from "./repair.js";

/**
 * What a node has left of an upgrade where its guardian is gone: somebody has killed it. Processes that are suspended, and
 * code of two versions. What there is to be done about it is told by the journal where there is one, else by the node
 * alone.
 */

export interface Leftovers {
  readonly suspended: readonly ObservedProcess[];
  /** Modules of the upgrade, with which version of theirs runs; none without a journal. */
  readonly modules: readonly ModuleVersion[];
  readonly repairs: readonly Repair[];
}

export interface ModuleVersion {
  readonly module: string;
  readonly version: "before" | "after" | "other";
}

/**
 * @param history of the upgrade of this node that was cut off; undefined where there is none
 * @param options.restart has every suspended process begin anew, whatever is known of its state
 */
export async function findLeftovers(
  target: Target,
  history: UnfinishedUpgrade | undefined,
  options: CallOptions & { readonly timeoutMs: number; readonly restart: boolean },
): Promise<Leftovers> {
  const { processes } = await observeProcesses(target, options);
  const suspended = processes.filter((process) => process.suspended === true);
  if (suspended.length === 0 && history === undefined) return { suspended, modules: [], repairs: [] };
  const known = history?.begin.modules ?? [];
  const loaded = await loadedModules(
    target,
    known.map(({ module }) => module),
    options,
  );
  const modules = known.map((journaled, index) => ({
    module: journaled.module,
    version: versionOf(loaded[index]!, journaled),
  }));
  // Nobody waits any more: what runs is what runs.
  if (suspended.length === 0) return { suspended, modules, repairs: [] };
  const changed = new Set(changedBy(history));
  const repairs: Repair[] = [
    ...paths(history, modules),
    ...modules.flatMap(({ module, version }, index): Repair[] => {
      const file = known[index]!.fileBefore;
      const md5 = known[index]!.md5Before;
      if (version !== "after" || file === null || md5 === null) return [];
      return [{ kind: "reload", module, file, md5 }];
    }),
    ...suspended.map((process): Repair => {
      const touched =
        process.modules.some((module) => changed.has(module)) || changed.has(process.callbackModule ?? "");
      return { kind: options.restart || touched ? "restart" : "resume", process };
    }),
  ];
  return { suspended, modules, repairs };
}

function versionOf(
  { md5, file }: LoadedModule,
  { md5Before, md5After, fileBefore, fileAfter }: BeginRecord["modules"][number],
): ModuleVersion["version"] {
  const isBefore = (md5 ?? null) === md5Before;
  const isAfter = (md5 ?? null) === md5After;
  // A module may be the same in both versions, and come from another directory.
  if (isBefore && isAfter) return file === (fileAfter ?? undefined) && file !== fileBefore ? "after" : "before";
  return isBefore ? "before" : isAfter ? "after" : "other";
}

/** Modules whose processes may have another state by now: their change of code was begun. */
function changedBy(history: UnfinishedUpgrade | undefined): string[] {
  return (history?.steps ?? []).flatMap((step) =>
    step.instruction === "code_change" && step.status !== "not_begun" ? step.modules : [],
  );
}

/** The code path, where code of the new version is loaded. */
function paths(history: UnfinishedUpgrade | undefined, modules: readonly ModuleVersion[]): Repair[] {
  if (!modules.some(({ version }) => version === "after")) return [];
  return (history?.begin.libraries ?? []).flatMap(({ application, previous }): Repair[] =>
    previous === null ? [] : [{ kind: "path", application, directory: `${previous}/ebin` }],
  );
}
