import { ertsVersion } from "../../otp/build.js";
import { listDir } from "../../otp/code.js";
import { deleteTree, fileInfos } from "../../otp/file.js";
import type { CallOptions } from "../../otp/invoke.js";
import { setRemoved } from "../../otp/release-handler.js";
import type { Target } from "../../target/target.js";
import { printTerm } from "../../terms/print.js";
import { accountOf, completeAccount, releaseOfVersion, type Account } from "./account.js";
import { takeInventory, type NodeRelease } from "./inventory.js";
import { librariesInUse } from "./libraries-in-use.js";
import { tryToWrite } from "./keep-files.js";
import { refused } from "./problems.js";

export interface RemoveOptions extends CallOptions {
  /** Says what would be deleted, and deletes nothing. */
  readonly dryRun?: boolean;
  /** Is told what is going to be deleted, before anything is. */
  readonly onPlanned?: (removal: Removal) => void;
}

/** A directory of the release that stays, and what needs it. */
export interface Kept {
  readonly directory: string;
  readonly neededBy: string;
}

export interface Removal {
  readonly node: string;
  readonly name: string;
  readonly vsn: string;
  /** Directories that are deleted with all that is in them. */
  readonly deletes: readonly string[];
  readonly keeps: readonly Kept[];
}

export interface Removed extends Removal {
  readonly result: "removed" | "checked";
}

const DELETE_MS = 120_000;

/**
 * Removes a release: what no other release, no running code and no code path needs. OTP's `remove_release/1` goes by what
 * RELEASES says alone, and has deleted running libraries; so the directories are deleted here, and the release handler is
 * told before (`set_removed/1`), so that nothing is ever known that isn't there.
 * @throws ProblemError `release-not-found`, `release-in-use`, `remove-incomplete` and those of accounts
 */
export async function removeRelease(target: Target, vsn: string, options: RemoveOptions = {}): Promise<Removed> {
  const looked = accountOf(await takeInventory(target, options));
  refuseNeeded(looked, vsn);
  const account = options.dryRun === true ? looked : await completeAccount(target, looked, options);
  const release = refuseNeeded(account, vsn);
  const removal = await planRemoval(target, account, release, options);
  options.onPlanned?.(removal);
  if (options.dryRun === true) return { ...removal, result: "checked" };
  await tryToWrite(target, account.relDir, options);
  if (release.status !== undefined) {
    const answer = await setRemoved(target, vsn, options);
    if ("error" in answer) {
      const summary = `the node's release handler would not forget ${vsn}: ${printTerm(answer.error)}`;
      throw refused("release-handler-refused", summary, "Nothing was deleted.");
    }
  }
  await deleteAll(target, removal, options);
  return { ...removal, result: "removed" };
}

function refuseNeeded(account: Account, vsn: string): NodeRelease {
  const release = releaseOfVersion(account, vsn);
  if (/^\.{0,2}$|[/\\]/.test(vsn)) throw refused("release-in-use", `no directory can be told for the version ${JSON.stringify(vsn)}`);
  const { isRunning, bootsNext, status } = release;
  if (!isRunning && !bootsNext && status !== "permanent" && status !== "current") return release;
  const why = isRunning ? "the node runs it" : "a start boots it";
  throw refused(
    "release-in-use",
    `${release.name} ${vsn} can't be removed: ${why}`,
    undefined,
    isRunning ? "Apply and commit another release first." : "Commit another release first.",
  );
}

async function planRemoval(
  target: Target,
  account: Account,
  release: NodeRelease,
  options: CallOptions,
): Promise<Removal> {
  const { root, relDir, node, releases } = account;
  const inUse = await librariesInUse(target, account, release.vsn, options);
  const erts = await ertsVersion(target, options);
  const candidates = release.libraries.map(({ dir }) => dir).filter((dir) => dir !== "");
  const keeps: Kept[] = [];
  const own = `${relDir}/${release.vsn}`;
  const protocols = `${own}/consolidated`;
  const protocolsNeededBy = inUse.get(protocols);
  const deletes = [own];
  if (protocolsNeededBy !== undefined) {
    keeps.push({ directory: protocols, neededBy: protocolsNeededBy });
    const names = (await listDir(target, own, options)) ?? [];
    deletes.splice(0, 1, ...names.map((name) => `${own}/${name}`).filter((path) => path !== protocols));
  }
  for (const directory of candidates) {
    const neededBy = inUse.get(directory) ?? (isInRoot(directory, root) ? undefined : "others: it lies outside the release root");
    if (neededBy === undefined) deletes.push(directory);
    else keeps.push({ directory, neededBy });
  }
  if (release.erts !== undefined) {
    const directory = `${root}/erts-${release.erts}`;
    const other = releases.find((each) => each.vsn !== release.vsn && (each.erts === release.erts || each.erts === undefined));
    const neededBy = release.erts === erts ? "the running emulator" : other && `${other.name} ${other.vsn}`;
    if (neededBy === undefined) deletes.push(directory);
    else keeps.push({ directory, neededBy });
  }
  const all = [...deletes, ...keeps.map(({ directory }) => directory)];
  const infos = await fileInfos(target, all, options);
  const there = new Set(all.filter((_, index) => infos[index] !== undefined));
  return {
    node,
    name: release.name,
    vsn: release.vsn,
    deletes: deletes.filter((directory) => there.has(directory)),
    keeps: keeps.filter(({ directory }) => there.has(directory)),
  };
}

const isInRoot = (directory: string, root: string): boolean => directory.startsWith(`${root}/lib/`);

/** Goes on where something can't be deleted, and tells of it in the end. */
async function deleteAll(target: Target, { deletes, vsn }: Removal, options: CallOptions): Promise<void> {
  const left: string[] = [];
  for (const directory of deletes) {
    try {
      await deleteTree(target, directory, { timeoutMs: Math.max(options.timeoutMs ?? 0, DELETE_MS) });
    } catch (error) {
      left.push((error as Error).message);
    }
  }
  if (left.length === 0) return;
  throw refused(
    "remove-incomplete",
    `the release handler knows nothing of ${vsn} any more, but not all of it could be deleted`,
    `${left.join("; ")}.`,
    "Delete these directories by hand: nothing needs them.",
  );
}
