import { reasonWithoutStack } from "../../otp/batch.js";
import { deleteFile, deleteTree, renameFile, writeFile } from "../../otp/file.js";
import type { DigestAlgorithm } from "../../otp/file-blocks.js";
import type { CallOptions } from "../../otp/invoke.js";
import { setRemoved, unpackRelease } from "../../otp/release-handler.js";
import type { Target } from "../../target/target.js";
import { printTerm } from "../../terms/print.js";
import { compareFiles, partOf, type Comparison } from "./conflicts.js";
import { takeInventory } from "./inventory.js";
import type { KeptFiles } from "./keep-files.js";
import type { PackageGround } from "./package-checks.js";
import type { Package } from "./package.js";
import type { PackagedRelease } from "./package-release.js";
import { refused } from "./problems.js";
import type { PackagePlace, UnpackOptions } from "./unpack.js";
import { upload } from "./upload.js";

/** A package on its way to a node, once it is known to be in order. */
export interface Unpacking {
  readonly target: Target;
  readonly place: PackagePlace;
  readonly found: Package;
  readonly packaged: PackagedRelease;
  readonly ground: PackageGround;
  /** With what the node had before. */
  readonly comparison: Comparison;
  readonly algorithm: DigestAlgorithm;
}

/** Unpacking, and reading what is on a disk, may take long. */
const UNPACK_MS = 600_000;

/** Time enough for calls that read or write much. */
export const patient = ({ timeoutMs = 0 }: CallOptions): { readonly timeoutMs: number } => ({
  timeoutMs: Math.max(timeoutMs, 60_000),
});

/** Deletes what an earlier try has left of this release alone: unpacking would keep each file of it, whole or not. */
export async function deleteLeftovers(
  { target, found, packaged, ground, comparison }: Unpacking,
  isKnown: boolean,
  options: CallOptions,
): Promise<string[]> {
  const { vsn } = packaged.rel;
  const gone = new Set(comparison.absent.map(({ path }) => path));
  const there = [...found.files.keys()].filter((path) => !gone.has(path)).map((path) => partOf(path, vsn));
  const own = there.filter((part) => isOwn(part, ground));
  const directories = [...new Set(own.map(({ directory }) => `${ground.root}/${directory}`))];
  // Forgotten first: a release that is known, but not there, would be the worse thing to be left with.
  if (isKnown) {
    const answer = await setRemoved(target, vsn, options);
    if ("error" in answer) throw handlerRefused(`forget ${vsn}`, printTerm(answer.error));
  }
  for (const directory of directories) await deleteTree(target, directory, options);
  return directories;
}

/**
 * Brings the package to `releases/<name>.tar.gz`, and its `.rel` beside it, where release_handler looks for them.
 * @param kept files as they were, the `.rel` among them
 * @returns the bytes that were on the node already
 */
export async function bring(work: Unpacking, kept: KeptFiles, options: UnpackOptions): Promise<number> {
  const { target, place, found, packaged, ground, algorithm } = work;
  const { source, onNode } = place;
  const { rel, relBytes } = packaged;
  const { root } = ground;
  const path = packagePath(work);
  let resumedBytes = found.size;
  if (onNode === undefined) {
    const temporary = `${root}/releases/.relupctl-${found.sha256.slice(0, 24)}.part`;
    const uploaded = await upload(target, source, temporary, path, {
      ...patient(options),
      algorithm,
      sha256: found.sha256,
      ...(options.signal !== undefined && { signal: options.signal }),
      onProgress: (done, of) => options.onProgress?.("send", done, of),
    });
    ({ resumedBytes } = uploaded);
  } else if (onNode !== path) {
    await renameFile(target, onNode, path, options);
  }
  try {
    await writeFile(target, `${root}/releases/${rel.name}.rel`, relBytes, options);
  } catch (error) {
    await takeAway(work, options).catch(() => undefined);
    await kept.restore();
    throw error;
  }
  return resumedBytes;
}

/** Where release_handler looks for the package. */
const packagePath = ({ packaged, ground }: Unpacking): string =>
  `${ground.root}/releases/${packaged.rel.name}.tar.gz`;

/** Deletes a package that was sent; one that lay on the node before goes back to where it lay. */
async function takeAway(work: Unpacking, options: CallOptions): Promise<void> {
  const { onNode } = work.place;
  const path = packagePath(work);
  if (onNode === undefined) await deleteFile(work.target, path, options);
  else if (onNode !== path) await renameFile(work.target, path, onNode, options);
}

/**
 * Has the release handler unpack it. Where it can't, what it has left is deleted.
 * @param kept files that it may have changed
 */
export async function unpackOrCleanUp(work: Unpacking, kept: KeptFiles, options: CallOptions): Promise<void> {
  const { target, packaged, ground } = work;
  const { name, vsn } = packaged.rel;
  const timeoutMs = Math.max(options.timeoutMs ?? 0, UNPACK_MS);
  const answer = await unpackRelease(target, name, { timeoutMs });
  if ("vsn" in answer && answer.vsn === vsn) return;
  const reason = "vsn" in answer ? `it says that it has unpacked ${answer.vsn}` : printTerm(reasonWithoutStack(answer.error));
  const left = await cleanUp(work, kept, { timeoutMs: 60_000 });
  const summary = `the node's release handler could not unpack ${name} ${vsn}: ${reason}`;
  if (left.length === 0) {
    const detail = "What it had unpacked by then was deleted: the node is as it was.";
    throw refused("unpack-failed", summary, detail, hintFor(reason, ground.root));
  }
  throw refused("unpack-left-files", summary, `These could not be deleted: ${left.join("; ")}.`, hintFor(reason, ground.root));
}

const hintFor = (reason: string, root: string): string =>
  reason.includes("enospc") ? `Make room on the disk of ${root}, and try again.` : "See the node's log, and try again.";

/** Whether a part of the root is of this release alone. */
const isOwn = ({ part, directory }: ReturnType<typeof partOf>, { inUse }: PackageGround): boolean =>
  part === "version" || (part === "library" && !inUse.has(directory));

/** Deletes what is of this release alone, and the other files that weren't there before. Gives what could not be. */
async function cleanUp(work: Unpacking, kept: KeptFiles, options: CallOptions): Promise<string[]> {
  const { target, found, packaged, ground, comparison } = work;
  const { vsn } = packaged.rel;
  const own = [...found.files.keys()].map((path) => partOf(path, vsn)).filter((part) => isOwn(part, ground));
  const others = comparison.absent.map(({ path }) => path).filter((path) => !isOwn(partOf(path, vsn), ground));
  const left: string[] = [];
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      left.push((error as Error).message);
    }
  };
  for (const directory of new Set(own.map((part) => part.directory))) {
    await attempt(() => deleteTree(target, `${ground.root}/${directory}`, options));
  }
  for (const file of others) await attempt(() => deleteFile(target, `${ground.root}/${file}`, options));
  await attempt(() => takeAway(work, options));
  return [...left, ...(await kept.restore())];
}

/** Reads back every file of the release alone, and what the release handler says. */
export async function verify(
  { target, found, packaged, ground, algorithm }: Unpacking,
  options: CallOptions,
): Promise<void> {
  const { name, vsn } = packaged.rel;
  const files = new Map([...found.files].filter(([path]) => isOwn(partOf(path, vsn), ground)));
  const after = await compareFiles(target, { ...found, files }, ground.root, algorithm, options);
  const wrong = [...after.absent, ...after.different].map(({ path }) => path);
  const known = (await takeInventory(target, options)).releases.find((release) => release.vsn === vsn);
  if (wrong.length === 0 && known?.status === "unpacked" && known.missing.length === 0) return;
  throw refused(
    "unpack-not-verified",
    `${name} ${vsn} was unpacked, but what the node has now is not what is in the package`,
    wrong.length > 0
      ? `Other content: ${wrong.slice(0, 8).join(", ")}.`
      : `The release handler says ${known?.status ?? "nothing"} of it; missing: ${known?.missing.join(", ") ?? "-"}.`,
    "Try again: what is there of it is deleted first.",
  );
}

const handlerRefused = (what: string, reason: string): Error =>
  refused("release-handler-refused", `the node's release handler would not ${what}: ${reason}`);
