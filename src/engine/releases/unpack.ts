import { ertsVersion } from "../../otp/build.js";
import { listDir } from "../../otp/code.js";
import { digestAlgorithm, type DigestAlgorithm } from "../../otp/file-blocks.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { throwProblems, type Problem } from "../../terms/problem.js";
import { accountOf, keepAccount, type Account } from "./account.js";
import { blocksOf, type BlockSource } from "./block-source.js";
import { compareFiles, partOf, type Comparison } from "./conflicts.js";
import { takeInventory, type NodeRelease } from "./inventory.js";
import { keepFiles, tryToWrite } from "./keep-files.js";
import { librariesInUse } from "./libraries-in-use.js";
import { libraryProblems, loadProblems, originProblems, type PackageGround } from "./package-checks.js";
import { readPackage, type Package } from "./package.js";
import { packageForm } from "./package-form.js";
import { releaseOf, type PackagedRelease } from "./package-release.js";
import { refused } from "./problems.js";
import { bring, deleteLeftovers, patient, unpackOrCleanUp, verify, type Unpacking } from "./unpack-on-node.js";
import { interrupted } from "./upload.js";

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

/**
 * Checks the package of a release, brings it to the node, and has the node's own release handler unpack it. What is wrong
 * with it is told before anything changes; what fails later leaves the node as it was, so that a second try finds nothing
 * in its way.
 * @throws ProblemError with all that is wrong; FileError, CallError where the node can't
 */
export async function unpackPackage(target: Target, place: PackagePlace, options: UnpackOptions = {}): Promise<Unpacked> {
  const patiently = patient(options);
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
  const comparison = await compareFiles(target, found, root, algorithm, patiently);
  const known = account.releases.find((release) => release.vsn === vsn);
  const libraries = librariesOf(packaged, found, ground, inLib);
  const result = { node: account.node, name, vsn, packageBytes: found.size, verifiedBy: algorithm, ...libraries };
  if (known?.status !== undefined && isWhole(comparison, vsn)) {
    return { ...result, result: "unchanged", resumedBytes: 0, deleted: [], warnings: [] };
  }
  refuseInUse(known, options.force === true);
  const differences = await libraryProblems(target, packaged, comparison, ground, vsn, patiently);
  const isTried = packaged.rel.erts === ground.erts;
  const fresh = new Set([...comparison.absent, ...comparison.different].map(({ path }) => path));
  const tried = isTried ? packaged.code.filter(({ path }) => fresh.has(path)) : [];
  const tries = await loadProblems(
    target,
    tried,
    (done, of) => {
      progress("try", done, of);
    },
    patiently,
  );
  const problems = [...origin, ...differences, ...tries];
  throwErrors(problems, options.allowed);
  if (options.dryRun === true) return { ...result, result: "checked", resumedBytes: 0, deleted: [], warnings: problems };

  if (options.signal?.aborted === true) throw interrupted();
  await tryToWrite(target, account.relDir, options);
  await keepAccount(target, options);
  const work: Unpacking = { target, place, found, packaged, ground, comparison, algorithm };
  const deleted = await deleteLeftovers(work, known?.status !== undefined, patiently);
  const kept = await keepFiles(target, [`${account.relDir}/RELEASES`, `${account.relDir}/${name}.rel`], options);
  const resumedBytes = await bring(work, kept, options);
  progress("unpack", 0, 1);
  await unpackOrCleanUp(work, kept, options);
  progress("verify", 0, 1);
  await verify(work, patiently);
  return { ...result, result: "unpacked", resumedBytes, deleted, warnings: problems };
}

async function groundOf(target: Target, account: Account, vsn: string, options: CallOptions): Promise<PackageGround> {
  const [erts, names, inUse] = await Promise.all([
    ertsVersion(target, options),
    listDir(target, account.root, options),
    librariesInUse(target, account, vsn, options),
  ]);
  return {
    root: account.root,
    name: account.running!.name,
    erts,
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
