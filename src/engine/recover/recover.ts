import { invoke } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { atom } from "../../terms/term.js";
import { Guardian } from "../guardian/guardian.js";
import { underLock } from "../guardian/lock.js";
import { LOCK, type Holder } from "../guardian/record.js";
import { noteInJournal, NOTES } from "../journal/aftermath.js";
import { takeBack } from "../last-upgrade.js";
import { observeProcesses } from "../processes.js";
import { proposed, repaired, tried, type RecoverAct } from "./acts.js";
import { unfinishedUpgrade, type UnfinishedUpgrade } from "./journaled.js";
import { findLeftovers, type Leftovers, type ModuleVersion } from "./leftovers.js";
import { repairText, type Repair } from "./repair.js";
import { readSituation, type Recorded, type Situation } from "./situation.js";

export interface RecoverOptions {
  /** For each question to a process. */
  readonly timeoutMs: number;
  /** Does what is proposed; else nothing is changed. */
  readonly yes: boolean;
  /** Gives up what is left of an upgrade that failed, and unlocks the node. */
  readonly forget: boolean;
  /** Has suspended processes begin anew, where nothing says whether their states can be trusted. */
  readonly restart: boolean;
  /** Where the journal is looked for; undefined for nowhere. */
  readonly journal: string | undefined;
}

/**
 * `clear`: there is nothing to do. `taken_back`: nor is there, for the node has taken an upgrade back by itself.
 * `proposed`: there is, and nothing was done. `recovered`, `failed`: it was done, or not all of it could be.
 * `forgotten`: it was given up.
 */
export type RecoverResult = "clear" | "taken_back" | "proposed" | "recovered" | "failed" | "forgotten";

export interface Recovered {
  readonly result: RecoverResult;
  /** The upgrade that it is about, where a guardian or the journal tells. */
  readonly upgrade: Pick<Holder, "upgrade" | "id" | "user" | "host" | "since"> | undefined;
  /** Why it was taken back, as the guardian has noted. */
  readonly cause: string | undefined;
  /** What tells what there is to do; `node`: neither a guardian nor a journal does. */
  readonly evidence: "guardian" | "journal" | "node";
  /** What was done, or is to be done. */
  readonly acts: readonly RecoverAct[];
  /** Processes, as text, that are suspended. */
  readonly suspended: readonly string[];
  /** What runs of the modules of the upgrade, where the journal tells which they are. */
  readonly modules: readonly ModuleVersion[];
  /** The journal of it, where there is one. */
  readonly journal: string | undefined;
  /** The last upgrade that `rollback` would take back. */
  readonly last: Holder | undefined;
  /** True where a process that is none of ours has the name that locks the node. */
  readonly isLockForeign: boolean;
}

/**
 * Puts a node right after an upgrade that was cut off, at whatever point: by what its guardian has recorded, else by what
 * is suspended, which code runs, and the journal.
 * @throws ProblemError with the code `locked` where an upgrade is under way; CallError when the node can't be asked
 */
export async function recover(target: Target, options: RecoverOptions): Promise<Recovered> {
  const situation = await readSituation(target);
  const found = options.journal === undefined ? undefined : await unfinishedUpgrade(options.journal, target);
  const history = found !== undefined && isLatest(found, situation) ? found : undefined;
  const { failed, undone } = situation;
  const guarded = failed ?? (history === undefined || history.id === undone?.record.holder.id ? undone : undefined);
  const base: Recovered = {
    result: "clear",
    upgrade: guarded?.record.holder ?? (history && begunBy(history)),
    cause: guarded?.cause,
    evidence: guarded !== undefined ? "guardian" : history !== undefined ? "journal" : "node",
    acts: [],
    suspended: [],
    modules: [],
    journal: history?.path,
    last: situation.last?.holder,
    isLockForeign: situation.isLockForeign,
  };
  const recovered = await act(target, { situation, guarded, history }, base, options);
  if (history !== undefined && recovered.result !== "proposed")
    await noteInJournal(history.path, NOTES[recovered.result]);
  return recovered;
}

/** A guardian of the same upgrade, or of a later one, says more than a journal; that of an earlier one nothing. */
function isLatest({ id, begin }: UnfinishedUpgrade, { failed, undone, last }: Situation): boolean {
  const holders = [failed?.record, undone?.record, last].flatMap((record) => (record ? [record.holder] : []));
  return holders.every((holder) => holder.id === id || holder.since < begin.at);
}

/** What is known of the upgrade, by whom. */
interface Known {
  readonly situation: Situation;
  /** By its guardian. */
  readonly guarded: Recorded | undefined;
  /** By its journal. */
  readonly history: UnfinishedUpgrade | undefined;
}

async function act(target: Target, known: Known, base: Recovered, options: RecoverOptions): Promise<Recovered> {
  const { situation, guarded, history } = known;
  const { failed, undone, last, isLockForeign } = situation;
  if (options.forget && (failed !== undefined || undone !== undefined || isLockForeign)) {
    await forget(target, situation);
    return { ...base, result: "forgotten", suspended: failed?.held ?? [], isLockForeign: false };
  }
  if (failed !== undefined) return await takeBackAgain(target, failed, base, options);
  // A good end of the guardian says more than a journal that was cut off.
  const endedWell = guarded !== undefined || (history !== undefined && history.id === last?.holder.id);
  return await repairLeftovers(target, known, endedWell ? undefined : history, base, options);
}

function begunBy({ id, begin: { upgrade, by, at } }: UnfinishedUpgrade): NonNullable<Recovered["upgrade"]> {
  return { upgrade: `${upgrade.name} ${upgrade.from} -> ${upgrade.to}`, id, user: by.user, host: by.host, since: at };
}

async function forget(target: Target, { failed, undone, isLockForeign }: Situation): Promise<void> {
  for (const each of [failed, undone]) if (each !== undefined) await Guardian.of(target, each.record).forget();
  if (isLockForeign) await invoke(target, "erlang:unregister/1", [atom(LOCK)]);
}

/** The guardian tries again; processes whose states can't be put back begin anew, so that nothing waits for them. */
async function takeBackAgain(
  target: Target,
  failed: Recorded,
  base: Recovered,
  options: RecoverOptions,
): Promise<Recovered> {
  const { record, entries, held, done } = failed;
  const problems = new Map(done.map(({ what, problem }) => [what, problem]));
  if (!options.yes) {
    const acts = entries.map((what) => proposed(what, problems.get(what)));
    const { processes } = await observeProcesses(target, options);
    const suspended = processes.filter((process) => process.suspended === true).map(({ text }) => text);
    return { ...base, result: "proposed", acts, suspended: [...new Set([...held, ...suspended])] };
  }
  let taken = await takeBack(target, record);
  let restarted: readonly RecoverAct[] = [];
  if (taken.phase === "failed" && taken.held.length > 0) {
    restarted = await restartHeld(target, taken.held, options);
    taken = await takeBack(target, record);
  }
  const left = new Set(entries);
  const undone = taken.done.filter(({ what }) => left.has(what)).map(({ what, problem }) => tried(what, problem));
  const acts = [...undone, ...restarted];
  if (taken.phase !== "rolled_back") return { ...base, result: "failed", acts, suspended: taken.held };
  return {
    ...base,
    result: "recovered",
    acts: acts.length > 0 ? acts : entries.map((what) => tried(what, undefined)),
    suspended: taken.held,
  };
}

async function restartHeld(target: Target, held: readonly string[], options: RecoverOptions): Promise<RecoverAct[]> {
  const { processes } = await observeProcesses(target, options);
  const acts: RecoverAct[] = [];
  for (const process of processes.filter(({ text }) => held.includes(text))) {
    acts.push(await repaired(target, { kind: "restart", process }, options));
  }
  return acts;
}

async function repairLeftovers(
  target: Target,
  { guarded }: Known,
  history: UnfinishedUpgrade | undefined,
  base: Recovered,
  options: RecoverOptions,
): Promise<Recovered> {
  const look = (): Promise<Leftovers> => findLeftovers(target, history, options);
  const { suspended, modules, repairs } = await look();
  const found = { ...base, modules, suspended: suspended.map(({ text }) => text) };
  if (repairs.length === 0) {
    return { ...found, result: base.isLockForeign ? "proposed" : guarded === undefined ? "clear" : "taken_back" };
  }
  // What was left by whom is not known where no journal tells it.
  const told: Recovered = history === undefined ? { ...found, ...UNTOLD } : { ...found, evidence: "journal" };
  if (!options.yes) {
    return { ...told, result: "proposed", acts: repairs.map((repair) => proposed(repairText(repair))) };
  }
  const acts = await (base.isLockForeign
    ? doRepairs(target, repairs, options)
    : underLock(target, "recover", () => doRepairs(target, repairs, options)));
  const after = await look();
  const isRight = after.suspended.length === 0 && acts.every(({ status }) => status === "done");
  return {
    ...told,
    result: isRight ? "recovered" : "failed",
    acts,
    modules: after.modules,
    suspended: after.suspended.map(({ text }) => text),
  };
}

const UNTOLD = { evidence: "node", upgrade: undefined, cause: undefined } as const;

async function doRepairs(target: Target, repairs: readonly Repair[], options: RecoverOptions): Promise<RecoverAct[]> {
  const acts: RecoverAct[] = [];
  let isCodeBack = true;
  for (const repair of repairs) {
    // Whoever is resumed, or begins anew, must meet the code of before.
    if (!isCodeBack && (repair.kind === "resume" || repair.kind === "restart")) continue;
    const done = await repaired(target, repair, options);
    if (done.status === "failed" && (repair.kind === "path" || repair.kind === "reload")) isCodeBack = false;
    acts.push(done);
  }
  return acts;
}
