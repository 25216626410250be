import { loadedModules, type LoadedModule } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { StepHistory } from "../journal/history.js";
import type { BeginRecord } from "../journal/records.js";
import { observeProcesses } from "../processes.js";
import type { UnfinishedUpgrade } from "./journaled.js";
import type { Repair } from "./repair.js";

/**
 * What a node has left of an upgrade where its guardian is gone: somebody has killed it. Processes that are suspended, and
 * code of two versions. What there is to be done about it is told by the journal where there is one, else by the node
 * alone: then it isn't known whether a state fits the code that runs.
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

export interface LeftoversOptions extends CallOptions {
  readonly timeoutMs: number;
  /** Has every suspended process begin anew, whatever is known of its state. */
  readonly restart: boolean;
}

/**
 * @param history of the upgrade of this node that was cut off; undefined where there is none
 */
export async function findLeftovers(
  target: Target,
  history: UnfinishedUpgrade | undefined,
  options: LeftoversOptions,
): Promise<Leftovers> {
  const { processes } = await observeProcesses(target, options);
  const suspended = processes.filter((process) => process.suspended === true);
  if (history === undefined) return { suspended, modules: [], repairs: awakenings(suspended, new Set(), options) };
  const known = history.begin.modules;
  const loaded = await loadedModules(
    target,
    known.map(({ module }) => module),
    options,
  );
  const modules = known.map((journaled, index) => ({
    module: journaled.module,
    version: versionOf(loaded[index]!, journaled),
  }));
  const versions = new Set(modules.map(({ version }) => version));
  // Nobody waits any more, and all that runs is of one version: what runs is what runs.
  if (suspended.length === 0 && !(versions.has("before") && versions.has("after"))) {
    return { suspended, modules, repairs: [] };
  }
  const changed = changedBy(history);
  const reloads = modules.flatMap(({ module, version }, index) => {
    const file = known[index]!.fileBefore;
    const md5 = known[index]!.md5Before;
    return version !== "after" || file === null || md5 === null ? [] : [{ kind: "reload", module, file, md5 } as const];
  });
  // Those that go on already, with states of the code that goes.
  const ahead = new Set(reloads.map(({ module }) => module).filter((module) => changed.has(module)));
  const running = processes.filter((process) => process.suspended !== true && runsOneOf(process, ahead));
  const repairs: Repair[] = [
    ...running.map((process) => ({ kind: "suspend", process }) as const),
    ...paths(history, modules),
    ...reloads,
    ...awakenings([...suspended, ...running], changed, options),
  ];
  return { suspended, modules, repairs };
}

/**
 * Whose state may be of another version than the code begins anew, with all that is below it. Supervisors come first: they
 * start the others.
 */
function awakenings(
  processes: readonly ObservedProcess[],
  doubtful: ReadonlySet<string>,
  { restart }: LeftoversOptions,
): Repair[] {
  const isSupervisor = ({ type }: ObservedProcess): boolean => type === "supervisor";
  const ordered = [...processes.filter(isSupervisor), ...processes.filter((each) => !isSupervisor(each))];
  const anew = new Set<string>();
  return ordered.map((process) => {
    const isBelow = process.supervisor !== undefined && anew.has(process.supervisor);
    if (!restart && !isBelow && !runsOneOf(process, doubtful)) return { kind: "resume", process };
    anew.add(process.text);
    return { kind: "restart", process };
  });
}

const modulesOf = ({ modules, callbackModule }: ObservedProcess): string[] =>
  callbackModule === undefined ? [...modules] : [...modules, callbackModule];

const runsOneOf = (process: ObservedProcess, modules: ReadonlySet<string>): boolean =>
  modulesOf(process).some((module) => modules.has(module));

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

/**
 * Modules whose processes may have another state by now: their change of code was begun, or the journal is damaged and may
 * have told so.
 */
function changedBy({ steps, damage }: UnfinishedUpgrade): ReadonlySet<string> {
  const mayHaveBegun = ({ status }: StepHistory): boolean => status !== "not_begun" || damage.length > 0;
  return new Set(
    steps.flatMap((step) => (step.instruction === "code_change" && mayHaveBegun(step) ? step.modules : [])),
  );
}

/** The code path, where code of the new version is loaded. */
function paths({ begin }: UnfinishedUpgrade, modules: readonly ModuleVersion[]): Repair[] {
  if (!modules.some(({ version }) => version === "after")) return [];
  return begin.libraries.flatMap(({ application, previous }): Repair[] =>
    previous === null ? [] : [{ kind: "path", application, directory: `${previous}/ebin` }],
  );
}
