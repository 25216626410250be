import { posix } from "node:path";
import type { CallOptions } from "../../otp/invoke.js";
import {
  replaceReleases,
  setUnpacked,
  type HandlerLibrary,
  type HandlerRelease,
  type HandlerState,
} from "../../otp/release-handler.js";
import { releasesTerm } from "../../otp/release-handler-state.js";
import { printTerm } from "../../terms/print.js";
import type { Target } from "../../target/target.js";
import { prettyTerm } from "../../terms/pretty.js";
import { takeInventory, type Inventory, type NodeRelease } from "./inventory.js";
import { replaceFile, tryToWrite } from "./keep-files.js";
import { itHas, noHandler, refused } from "./problems.js";

/** An inventory of a node that has a release handler. */
export type Account = Inventory & { readonly handler: HandlerState };

/**
 * Sees that the node's release handler knows of the running release what it needs, before anything is changed that it
 * keeps account of. Without a RELEASES file (an Elixir release has none) it knows neither the directories of the running
 * release nor its erts, and would delete the running libraries when another release that has them too is removed. The
 * file is written whole or not at all, with all releases that are known, where `release_handler:create_RELEASES/4` would
 * know of one.
 * @throws ProblemError `no-release-handler`, `not-a-release`, `releases-elsewhere`, `release-handler-changed`
 */
export async function keepAccount(target: Target, options: CallOptions = {}): Promise<Account> {
  return await completeAccount(target, accountOf(await takeInventory(target, options)), options);
}

/** As {@link keepAccount}, where the account was just taken. */
export async function completeAccount(target: Target, inventory: Account, options: CallOptions): Promise<Account> {
  const { handler } = inventory;
  const completed = handler.releases.map((release) => completedRelease(release, inventory));
  const isComplete = completed.every((release, index) => release === handler.releases[index]);
  if (isComplete && inventory.registered !== undefined) return inventory;
  if (!isComplete && !(await replaceReleases(target, handler, completed, undefined, options))) throw changedMeanwhile();
  if (inventory.registered === undefined) await writeReleases(target, inventory.relDir, completed, options);
  return accountOf(await takeInventory(target, options));
}

/** @throws ProblemError where nothing on the node keeps account of releases, or not in its own root */
export function accountOf(inventory: Inventory): Account {
  const { handler, root, relDir, node } = inventory;
  if (handler === undefined) throw noHandler(node);
  if (handler.isClient) {
    throw refused(
      "releases-elsewhere",
      `the releases of ${node} are kept by other nodes (sasl's parameter masters)`,
      undefined,
      "Use release_handler's own functions.",
    );
  }
  if (posix.resolve(relDir) !== posix.resolve(`${root}/releases`)) {
    throw refused(
      "releases-elsewhere",
      `${node} keeps its releases in ${relDir}, and not in its root ${root}`,
      "sasl's parameter releases_dir, or the environment variable RELDIR, says so.",
      "Use release_handler's own functions.",
    );
  }
  if (!inventory.releases.some(({ isRunning, relFile }) => isRunning && relFile !== undefined)) {
    throw refused(
      "not-a-release",
      `${node} doesn't run a release that lies in ${root}`,
      `There is no .rel of what it runs in ${relDir}.`,
      "Start the node from a release; a single application is upgraded with apply --app DIR.",
    );
  }
  return { ...inventory, handler };
}

/** The release of a version. @throws ProblemError `release-not-found` */
export function releaseOfVersion({ releases, node }: Inventory, vsn: string | undefined): NodeRelease {
  const release = releases.find((each) => each.vsn === vsn);
  if (release !== undefined) return release;
  const known = releases.map((each) => each.vsn).join(", ");
  throw refused("release-not-found", `${node} has no release ${vsn ?? ""}`, undefined, itHas(known));
}

/** A release with the libraries and the erts of its `.rel`, where the handler knows none. */
function completedRelease(release: HandlerRelease, { releases, root }: Inventory): HandlerRelease {
  const found = releases.find(({ vsn }) => vsn === release.vsn);
  if (found?.relFile === undefined || (release.libs.length > 0 && release.erts !== undefined)) return release;
  // What is part of the node itself lies nowhere.
  const own = found.libraries.filter(({ dir }) => dir !== "");
  const libs = release.libs.length > 0 ? release.libs : own.map((library) => fromRoot(library, root));
  return { ...release, erts: release.erts ?? found.erts, libs };
}

/** A directory of the root as a path from the root on, so that RELEASES can be moved with it. */
function fromRoot(library: HandlerLibrary, root: string): HandlerLibrary {
  const relative = posix.relative(root, library.dir);
  return library.dir === "" || relative.startsWith("..") ? library : { ...library, dir: relative };
}

/** Writes RELEASES as release_handler does, and puts it in its place in one step. */
async function writeReleases(
  target: Target,
  relDir: string,
  releases: readonly HandlerRelease[],
  options: CallOptions,
): Promise<void> {
  // What is current is so in memory only: after a restart it would be taken for what runs.
  const kept = releases.map((release) =>
    release.status === "current" ? { ...release, status: "unpacked" as const } : release,
  );
  const text = `%% coding: utf-8\n${prettyTerm(releasesTerm(kept))}.\n`;
  await replaceFile(target, `${relDir}/RELEASES`, new TextEncoder().encode(text), options);
}

/**
 * Makes a release known to the release handler that lies in the root, but that it doesn't know of. Does nothing where it
 * knows the release.
 * @throws ProblemError `release-incomplete` where files of it are missing
 */
export async function register(
  target: Target,
  { handler, root, relDir }: Account,
  release: NodeRelease,
  options: CallOptions = {},
): Promise<void> {
  if (handler.releases.some(({ vsn }) => vsn === release.vsn)) return;
  if (release.relFile === undefined || release.missing.length > 0) throw incomplete(release);
  await tryToWrite(target, relDir, options);
  const own = release.libraries.filter(({ dir }) => dir !== "");
  const libraries = own.map((library) => {
    const { dir } = fromRoot(library, root);
    return { ...library, dir: posix.dirname(dir) };
  });
  const answer = await setUnpacked(target, release.relFile, libraries, options);
  if (!("error" in answer)) return;
  throw refused(
    "release-not-registered",
    `the release handler doesn't take ${release.name} ${release.vsn}: ${printTerm(answer.error)}`,
  );
}

export const incomplete = ({ name, vsn, missing }: NodeRelease): Error =>
  refused(
    "release-incomplete",
    `${name} ${vsn} is not whole on the node`,
    `Missing: ${missing.join(", ")}.`,
    "Unpack its package again.",
  );

const changedMeanwhile = (): Error =>
  refused(
    "release-handler-changed",
    "somebody else changed the node's releases at the same time",
    "Nothing was changed.",
    "See relupctl versions, and try again.",
  );
