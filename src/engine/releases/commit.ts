import { reasonWithoutStack } from "../../otp/batch.js";
import { softPurge, purge } from "../../otp/code.js";
import { modulesWithOldCode } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import { pidText, processes, processesOnOldCode, processFacts } from "../../otp/process.js";
import { makePermanent } from "../../otp/release-handler.js";
import type { Target } from "../../target/target.js";
import { atomName, listElements, tupleElements } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import type { Problem } from "../../terms/problem.js";
import { someOf } from "../../terms/some-of.js";
import type { Pid } from "../../terms/term.js";
import { forgetLastUpgrade } from "../last-upgrade.js";
import { accountOf, incomplete, keepAccount, register, releaseOfVersion, type Account } from "./account.js";
import { recordInstalled } from "./bookkeeping.js";
import { takeInventory, type NodeRelease } from "./inventory.js";
import { keepFiles, tryToWrite } from "./keep-files.js";
import { refused } from "./problems.js";
import { checkRunning, type RunningCheck } from "./running-check.js";

/** A process that still runs old code, which the purge at the commit ends. */
export interface OldCodeUser {
  readonly pid: string;
  readonly registeredName: string | undefined;
  readonly callbackModule: string | undefined;
  readonly modules: readonly string[];
}

export interface CommitOptions extends CallOptions {
  /** Ends the processes that still run old code, and takes no offence at code that isn't the release's. */
  readonly force?: boolean;
  /** Looks only: nothing is changed. */
  readonly dryRun?: boolean;
}

export interface Committed {
  readonly node: string;
  readonly name: string;
  readonly vsn: string;
  /** `unchanged`: it was permanent already. `refused`: nothing was changed, for the problems. */
  readonly result: "committed" | "unchanged" | "refused" | "checked";
  /** What a start booted before. */
  readonly bootedBefore: string | undefined;
  /** Processes that run old code which the release is committed without: ended by a commit with `force`, in the way of one without. */
  readonly oldCodeUsers: readonly OldCodeUser[];
  /** Modules whose old code was purged. */
  readonly purged: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Makes the release that runs the one that a start boots, having looked whether what runs is really that release, and who
 * would be killed by the purge of old code that goes with it.
 * @param vsn by default the one that runs
 * @throws ProblemError `release-not-found`, `release-not-running`, `release-incomplete`, `commit-failed` and those of accounts
 */
export async function commitRelease(
  target: Target,
  vsn: string | undefined,
  options: CommitOptions = {},
): Promise<Committed> {
  const account = accountOf(await takeInventory(target, options));
  const release = releaseToCommit(account, vsn);
  const bootedBefore = account.releases.find(({ bootsNext }) => bootsNext)?.vsn;
  const check: RunningCheck = await checkRunning(target, account, release, options);
  const { brutal, soft } = await oldCodeOf(target, account, check.modules, options);
  const users = await oldCodeUsers(target, brutal, options);
  const base = { node: account.node, name: release.name, vsn: release.vsn, bootedBefore, oldCodeUsers: users };
  const problems = [...(users.length > 0 ? [wouldKill(users, options)] : []), ...check.problems];
  if (problems.some(({ severity }) => severity === "error") && options.force !== true) {
    return { ...base, result: "refused", purged: [], problems };
  }
  if (options.dryRun === true) return { ...base, result: "checked", purged: [], problems };
  await register(target, await keepAccount(target, options), release, options);
  // An upgrade whose client was gone at its end runs, and nobody has said so.
  if (release.status !== "current" && release.status !== "permanent") await sayThatItRuns(target, release, options);
  // A root in which nothing was ever made permanent has no start_erl.data.
  const isPermanent = release.status === "permanent" && account.startErl?.vsn === release.vsn;
  if (!isPermanent) await tryToWrite(target, account.relDir, options);
  const purged = await purgeOld(target, brutal, soft, options.force === true, options);
  if (!isPermanent) await makeItPermanent(target, account, release, options);
  await verifyPermanent(target, release, options);
  // It can't be taken back any more. What was kept for that may be much.
  await forgetLastUpgrade(target).catch(() => undefined);
  return { ...base, result: isPermanent ? "unchanged" : "committed", purged, problems };
}

/**
 * Looks before an upgrade that is to be committed whether its release could be made permanent at all: whether the node keeps
 * account of releases, the release is whole, and the disk can be written.
 * @throws those of accounts, ProblemError `release-not-found` and `release-incomplete`, and FileError
 */
export async function readyToCommit(target: Target, vsn: string, options: CallOptions = {}): Promise<void> {
  const account = accountOf(await takeInventory(target, options));
  const release = releaseOfVersion(account, vsn);
  if (release.missing.length > 0) throw incomplete(release);
  await tryToWrite(target, account.relDir, options);
}

function releaseToCommit(account: Account, vsn: string | undefined): NodeRelease {
  const { running } = account;
  const release = releaseOfVersion(account, vsn ?? running?.vsn);
  if (!release.isRunning) {
    throw refused(
      "release-not-running",
      `${release.name} ${release.vsn} is not what the node runs`,
      `It is ${release.status ?? "not known to the release handler"}; ${running?.vsn ?? "no release"} runs.`,
      `Apply it first: relupctl apply ${release.vsn}.`,
    );
  }
  if (release.missing.length > 0) throw incomplete(release);
  return release;
}

/**
 * Modules that have old code. What `make_permanent` purges brutally was noted when it was loaded, by the method of its
 * instruction (`{load, {Module, PrePurge, PostPurge}}`); what is noted otherwise, or not at all, kills nobody.
 */
async function oldCodeOf(
  target: Target,
  { handler }: Account,
  modules: ReadonlySet<string>,
  options: CallOptions,
): Promise<{ readonly brutal: readonly string[]; readonly soft: readonly string[] }> {
  const noted = (listElements(handler.unpurged) ?? []).map((entry) => (tupleElements(entry, 2) ?? []).map(atomName));
  const brutally = new Set(noted.flatMap(([module, method]) => (method === "brutal_purge" ? [module] : [])));
  const asked = new Set([...modules, ...noted.flatMap(([module]) => module ?? [])]);
  const old = await modulesWithOldCode(target, [...asked], options);
  return { brutal: old.filter((module) => brutally.has(module)), soft: old.filter((module) => !brutally.has(module)) };
}

async function oldCodeUsers(target: Target, modules: readonly string[], options: CallOptions): Promise<OldCodeUser[]> {
  if (modules.length === 0) return [];
  const all = await processes(target, options);
  const found = new Map<string, { readonly pid: Pid; readonly modules: string[] }>();
  for (const module of modules) {
    for (const pid of await processesOnOldCode(target, module, all, options)) {
      const known = found.get(pidText(pid)) ?? { pid, modules: [] };
      known.modules.push(module);
      found.set(pidText(pid), known);
    }
  }
  const users = [...found.values()];
  const facts = await processFacts(
    target,
    users.map(({ pid }) => pid),
    options,
  );
  return users.flatMap(({ pid, modules }, index) => {
    const fact = facts[index];
    if (fact === undefined) return [];
    const { registeredName, callbackModule } = fact;
    return [{ pid: pidText(pid), registeredName, callbackModule, modules }];
  });
}

function wouldKill(users: readonly OldCodeUser[], { force = false, dryRun = false }: CommitOptions): Problem {
  const named = users.map(({ pid, registeredName, modules }) => `${registeredName ?? pid} (${modules.join(", ")})`);
  const many = users.length === 1 ? "1 process still runs" : `${users.length} processes still run`;
  return {
    code: "old-code-in-use",
    severity: force ? "warning" : "error",
    summary: `${many} old code`,
    detail: `The purge that goes with a commit ${force && !dryRun ? "ended" : "would end"}: ${someOf(named, 8)}.`,
    ...(!force && { hint: "Have them make an external call or end by themselves, and commit again; --force ends them." }),
  };
}

/**
 * Softly first: a process may have left the old code since it was looked at. Gives the modules that were purged.
 * @throws ProblemError `old-code-in-use` where a process has begun to run old code meanwhile
 */
async function purgeOld(
  target: Target,
  brutal: readonly string[],
  soft: readonly string[],
  force: boolean,
  options: CallOptions,
): Promise<string[]> {
  const purged: string[] = [];
  for (const module of soft) if (await softPurge(target, module, options)) purged.push(module);
  for (const module of brutal) {
    if (!(await softPurge(target, module, options))) {
      const summary = `a process has begun to run old code of ${module} meanwhile`;
      if (!force) throw refused("old-code-in-use", summary, "Nothing was made permanent.", "Try again.");
      await purge(target, module, options);
    }
    purged.push(module);
  }
  return purged;
}

async function sayThatItRuns(target: Target, { name, vsn }: NodeRelease, options: CallOptions): Promise<void> {
  const { status, problem } = await recordInstalled(target, vsn, [], options);
  if (status !== undefined) return;
  throw refused(
    "release-handler-changed",
    `${name} ${vsn} runs, but the node's release handler could not be told`,
    problem?.detail,
    "See relupctl versions, and try again.",
  );
}

async function makeItPermanent(
  target: Target,
  account: Account,
  release: NodeRelease,
  options: CallOptions,
): Promise<void> {
  // Where the handler has it permanent, but start_erl.data says otherwise, it would do nothing at all.
  const { relDir, startErl } = account;
  if (release.status === "permanent" && startErl !== undefined) throw disagreement(account, release);
  const kept = await keepFiles(target, [`${relDir}/RELEASES`, `${relDir}/start_erl.data`], options);
  const answer = await makePermanent(target, release.vsn, { ...options, timeoutMs: 60_000 });
  if (!("error" in answer)) return;
  const left = await kept.restore();
  const reason = printTerm(reasonWithoutStack(answer.error));
  throw refused(
    "commit-failed",
    `the node's release handler could not make ${release.vsn} permanent: ${reason}`,
    left.length === 0
      ? `It goes on running; a start boots ${startErl?.vsn ?? "what it booted before"}, as before.`
      : `Its files are not as they were before, and could not be put back: ${left.join("; ")}.`,
    "See the disk of the node and its log, and try again.",
  );
}

const disagreement = ({ relDir, startErl }: Account, { vsn }: NodeRelease): Error =>
  refused(
    "start-erl-differs",
    `${vsn} is permanent for the release handler, but a start boots ${startErl?.vsn ?? "something else"}`,
    `${relDir}/start_erl.data was changed by somebody else.`,
    `Write "${startErl?.erts ?? "<erts version>"} ${vsn}" into it, or apply the release that it names.`,
  );

/** Reads back what the disk says: RELEASES and start_erl.data. */
async function verifyPermanent(target: Target, { vsn }: NodeRelease, options: CallOptions): Promise<void> {
  const { registered, startErl, releases } = await takeInventory(target, options);
  const status = releases.find((each) => each.vsn === vsn)?.status;
  const onDisk = registered?.find((each) => each.vsn === vsn)?.status;
  if (status === "permanent" && onDisk === "permanent" && startErl?.vsn === vsn) return;
  throw refused(
    "commit-not-verified",
    `${vsn} was made permanent, but the node's files say otherwise`,
    `The release handler says ${status ?? "nothing"}, RELEASES ${onDisk ?? "nothing"}, and start_erl.data ${startErl?.vsn ?? "nothing"}.`,
    "See the disk of the node.",
  );
}
