import { invoke, type CallOptions } from "../../otp/invoke.js";
import { deleteFile, deleteTree, renameFile, writeFile } from "../../otp/file.js";
import { digestAlgorithm, type DigestAlgorithm } from "../../otp/file-blocks.js";
import { setRemoved, unpackRelease } from "../../otp/release-handler.js";
import { reasonWithoutStack } from "../../otp/batch.js";
import { listDir } from "../../otp/code.js";
import type { Target } from "../../target/target.js";
import { textOf } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import { throwProblems, type Problem } from "../../terms/problem.js";
import { atom } from "../../terms/term.js";
import { accountOf, keepAccount, type Account } from "./account.js";
import { blocksOf, type BlockSource } from "./block-source.js";
import { compareFiles, partOf, type Comparison } from "./conflicts.js";
import { takeInventory, type NodeRelease } from "./inventory.js";
import { keepFiles, tryToWrite, type KeptFiles } from "./keep-files.js";
import { librariesInUse } from "./libraries-in-use.js";
import { libraryProblems, loadProblems, originProblems, type PackageGround } from "./package-checks.js";
import { readPackage, type Package } from "./package.js";
import { packageForm } from "./package-form.js";
import { releaseOf, type PackagedRelease } from "./package-release.js";
import { refused } from "./problems.js";
import { interrupted, upload } from "./upload.js";

/** What is under way, for people who wait. */
export type UnpackPhase = "read" | "compare" | "try" | "send" | "unpack" | "verify";

export interface UnpackOptions extends CallOptions {
  /** Codes of problems that don't stand in the way. */
  readonly allowed?: readonly string[];
  /** Replaces a release of the same version that was installed once. */
  readonly force?: boolean;
  /** Checks alone: nothing is changed on the node. */
  readonly dryRun?: boolean;
  readonly onProgress?: (phase: UnpackPhase, done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

export interface Unpacked {
  readonly node: string;
  readonly name: string;
  readonly vsn: string;
  /** `unchanged`: the node had it already, file by file. `checked`: it could be unpacked. */
  readonly result: "unpacked" | "unchanged" | "checked";
  readonly packageBytes: number;
  /** Bytes that were on the node already, from a try that was cut off. */
  readonly resumedBytes: number;
  /** How the node's files were compared with those of the package. */
  readonly verifiedBy: DigestAlgorithm;
  readonly newLibraries: readonly string[];
  readonly sharedLibraries: readonly string[];
  /** Directories of an earlier try that were deleted first. */
  readonly deleted: readonly string[];
  readonly warnings: readonly Problem[];
}

/** Where the package is: on this machine, or in the node's `releases` already, under the name of its file. */
export type PackagePlace = { readonly source: BlockSource; readonly onNode?: string };

/** Unpacking, and reading what is on a disk, may take long. */
const UNPACK_MS = 600_000;

/**
 * Checks the package of a release, brings it to the node, and has the node's own release handler unpack it. What is wrong
 * with it is told before anything changes; what fails later leaves the node as it was, so that a second try finds nothing
 * in its way.
 * @throws ProblemError with all that is wrong; FileError, CallError where the node can't
 */
export async function unpackPackage(target: Target, place: PackagePlace, options: UnpackOptions = {}): Promise<Unpacked> {
  const patient = { timeoutMs: Math.max(options.timeoutMs ?? 0, 60_000) };
  const progress = options.onProgress ?? (() => undefined);
  const account = accountOf(await takeInventory(target, options));
  const { root } = account;
  progress("read", 0, 1);
  const found = await readPackage(blocksOf(place.source));
  const inLib = new Set(await listDir(target, `${root}/lib`, options));
  const form = await packageForm(target, options);
  const packaged = releaseOf(found, (directory) => inLib.has(directory.slice("lib/".length)), form);
  const { name, vsn } = packaged.rel;
  const ground = await groundOf(target, account, vsn, options);
  const origin = originProblems(packaged, found, ground);
  throwErrors(origin, options.allowed);

  progress("compare", 0, 1);
  const algorithm = await digestAlgorithm(target, options);
  const comparison = await compareFiles(target, found, root, algorithm, patient);
  const known = account.releases.find((release) => release.vsn === vsn);
  const libraries = librariesOf(packaged, found, ground, inLib);
  const result = { node: account.node, name, vsn, packageBytes: found.size, verifiedBy: algorithm, ...libraries };
  if (known?.status !== undefined && isWhole(comparison, vsn)) {
    return { ...result, result: "unchanged", resumedBytes: 0, deleted: [], warnings: [] };
  }
  refuseInUse(known, options.force === true);
  const differences = await libraryProblems(target, packaged, comparison, ground, vsn, patient);
  const isTried = packaged.rel.erts === ground.erts;
  const fresh = new Set([...comparison.absent, ...comparison.different].map(({ path }) => path));
  const tried = isTried ? packaged.code.filter(({ path }) => fresh.has(path)) : [];
  const tries = await loadProblems(
    target,
    tried,
    (done, of) => {
      progress("try", done, of);
    },
    patient,
  );
  const problems = [...origin, ...differences, ...tries];
  throwErrors(problems, options.allowed);
  if (options.dryRun === true) return { ...result, result: "checked", resumedBytes: 0, deleted: [], warnings: problems };

  if (options.signal?.aborted === true) throw interrupted();
  await tryToWrite(target, account.relDir, options);
  await keepAccount(target, options);
  const deleted = await deleteLeftovers(target, found, ground, vsn, known?.status !== undefined, comparison, patient);
  const kept = await keepFiles(target, [`${account.relDir}/RELEASES`, `${account.relDir}/${name}.rel`], options);
  const resumedBytes = await bring(target, place, found, packaged, root, algorithm, options);
  progress("unpack", 0, 1);
  const work: Work = { target, found, packaged, ground, comparison, kept };
  await unpackOrCleanUp(work, options);
  progress("verify", 0, 1);
  await verify(work, algorithm, patient);
  return { ...result, result: "unpacked", resumedBytes, deleted, warnings: problems };
}

interface Work {
  readonly target: Target;
  readonly found: Package;
  readonly packaged: PackagedRelease;
  readonly ground: PackageGround;
  readonly comparison: Comparison;
  readonly kept: KeptFiles;
}

async function groundOf(target: Target, account: Account, vsn: string, options: CallOptions): Promise<PackageGround> {
  const [erts, names, inUse] = await Promise.all([
    invoke(target, "erlang:system_info/1", [atom("version")], options),
    listDir(target, account.root, options),
    librariesInUse(target, account, vsn, options),
  ]);
  return {
    root: account.root,
    name: account.running!.name,
    erts: textOf(erts) ?? "",
    inRoot: new Set(names),
    inUse: new Set([...inUse.keys()].map((directory) => directory.slice(account.root.length + 1))),
  };
}

function throwErrors(problems: readonly Problem[], allowed: readonly string[] = []): void {
  throwProblems(problems.filter(({ severity, code }) => severity === "error" && !allowed.includes(code)));
}

function librariesOf(
  { rel }: PackagedRelease,
  { files }: Package,
  { inUse }: PackageGround,
  inLib: ReadonlySet<string>,
): Pick<Unpacked, "newLibraries" | "sharedLibraries"> {
  const packaged = new Set([...files.keys()].map((path) => /^lib\/([^/]+)\//.exec(path)?.[1]));
  // What is part of the node itself is neither here nor there.
  const all = rel.applications.map(({ name, vsn }) => `${name}-${vsn}`);
  const names = all.filter((name) => packaged.has(name) || inLib.has(name));
  const isShared = (name: string): boolean => inLib.has(name) && inUse.has(`lib/${name}`);
  return { newLibraries: names.filter((name) => !isShared(name)), sharedLibraries: names.filter(isShared) };
}

/** Everything of this version is there as it should be; what all releases share may be another. */
const isWhole = ({ absent, different }: Comparison, vsn: string): boolean =>
  [...absent, ...different].every(({ path }) => {
    const { part } = partOf(path, vsn);
    return part === "shared" || part === "erts";
  });

function refuseInUse(known: NodeRelease | undefined, force: boolean): void {
  if (known?.status === undefined || known.status === "unpacked") {
    if (known?.isRunning !== true) return;
  } else if (known.status === "old" && force && !known.isRunning) return;
  const isOld = known.status === "old" && !known.isRunning;
  throw refused(
    "release-in-use",
    `the node has ${known.name} ${known.vsn} already, with other files than the package`,
    isOld
      ? "It ran before, and may be what a downgrade goes back to."
      : `It is ${known.isRunning ? "what the node runs" : `${known.status} there`}, so its files can't be replaced.`,
    isOld ? "Replace it with --force, or give the new build another version." : "Give the new build another version.",
  );
}

/** Deletes what an earlier try has left of this release alone: unpacking would keep each file of it, whole or not. */
async function deleteLeftovers(
  target: Target,
  { files }: Package,
  ground: PackageGround,
  vsn: string,
  isKnown: boolean,
  { absent }: Comparison,
  options: CallOptions,
): Promise<string[]> {
  const gone = new Set(absent.map(({ path }) => path));
  const there = [...files.keys()].filter((path) => !gone.has(path)).map((path) => partOf(path, vsn));
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

/** The package at `releases/<name>.tar.gz`, and its `.rel` beside it, where release_handler looks for them. */
async function bring(
  target: Target,
  { source, onNode }: PackagePlace,
  found: Package,
  { rel, relBytes }: PackagedRelease,
  root: string,
  algorithm: DigestAlgorithm,
  options: UnpackOptions,
): Promise<number> {
  const path = `${root}/releases/${rel.name}.tar.gz`;
  const patient = { timeoutMs: Math.max(options.timeoutMs ?? 0, 60_000) };
  let resumedBytes = found.size;
  if (onNode === undefined) {
    const temporary = `${root}/releases/.relupctl-${found.sha256.slice(0, 24)}.part`;
    const uploaded = await upload(target, source, temporary, path, {
      ...patient,
      algorithm,
      ...(options.signal !== undefined && { signal: options.signal }),
      onProgress: (done, of) => options.onProgress?.("send", done, of),
    });
    ({ resumedBytes } = uploaded);
  } else if (onNode !== path) {
    await renameFile(target, onNode, path, options);
  }
  await writeFile(target, `${root}/releases/${rel.name}.rel`, relBytes, options);
  return resumedBytes;
}

async function unpackOrCleanUp(work: Work, options: UnpackOptions): Promise<void> {
  const { target, packaged, ground } = work;
  const { name, vsn } = packaged.rel;
  const timeoutMs = Math.max(options.timeoutMs ?? 0, UNPACK_MS);
  const answer = await unpackRelease(target, name, { timeoutMs });
  if ("vsn" in answer && answer.vsn === vsn) return;
  const reason = "vsn" in answer ? `it says that it has unpacked ${answer.vsn}` : printTerm(reasonWithoutStack(answer.error));
  const left = await cleanUp(work, { timeoutMs: 60_000 });
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
async function cleanUp(work: Work, options: CallOptions): Promise<string[]> {
  const { target, found, packaged, ground, comparison, kept } = work;
  const { name, vsn } = packaged.rel;
  const own = [...found.files.keys()].map((path) => partOf(path, vsn)).filter((part) => isOwn(part, ground));
  const others = comparison.absent.map(({ path }) => path).filter((path) => !isOwn(partOf(path, vsn), ground));
  const files = [...others, `releases/${name}.tar.gz`];
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
  for (const file of files) await attempt(() => deleteFile(target, `${ground.root}/${file}`, options));
  return [...left, ...(await kept.restore())];
}

/** Reads back every file of the release alone, and what the release handler says. */
async function verify(
  { target, found, packaged, ground }: Work,
  algorithm: DigestAlgorithm,
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
