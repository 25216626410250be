import { refusedCode } from "../../otp/file-blocks.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import type { Problem } from "../../terms/problem.js";
import { someOf } from "../../terms/some-of.js";
import type { Comparison } from "./conflicts.js";
import { modulesOfOtherCode, partOf } from "./conflicts.js";
import type { Package } from "./package.js";
import type { PackagedModule, PackagedRelease } from "./package-release.js";

/** What of a node a package is held against. */
export interface PackageGround {
  readonly root: string;
  /** The release that runs. */
  readonly name: string;
  /** The version of erts that runs. */
  readonly erts: string;
  /** Names in the release root: those of other versions of erts among them. */
  readonly inRoot: ReadonlySet<string>;
  /** Directories such as `lib/stdlib-4.2` that another release, or running code, has too. */
  readonly inUse: ReadonlySet<string>;
}

/** Is it a release of this node's, and for its emulator? */
export function originProblems({ rel }: PackagedRelease, found: Package, ground: PackageGround): Problem[] {
  const problems: Problem[] = [];
  if (rel.name !== ground.name) {
    problems.push({
      code: "release-name-mismatch",
      severity: "error",
      summary: `the package is of the release ${rel.name}, but the node runs ${ground.name}`,
      hint: "Name the package of the release that the node runs.",
    });
  }
  if (rel.erts === ground.erts) return problems;
  const directory = `erts-${rel.erts}`;
  const comesAlong = ground.inRoot.has(directory) || [...found.files.keys()].some((path) => path.startsWith(`${directory}/`));
  problems.push({
    code: comesAlong ? "erts-changes" : "erts-missing",
    severity: comesAlong ? "warning" : "error",
    summary: `the release is for erts ${rel.erts}, and the node runs erts ${ground.erts}`,
    detail: comesAlong
      ? "It can be installed by a restart of the emulator only, and its object code can't be tried before."
      : "Neither the package nor the node has it, so that the release could never start there.",
    hint: comesAlong ? "To upgrade without a restart, build it with the node's OTP." : "Build it with the node's OTP, or with erts in the package.",
  });
  return problems;
}

/**
 * Libraries that the node has and goes on to use, but with other content: unpacking keeps the old files without a word, so
 * the new release would run code that nobody has built it with.
 */
export async function libraryProblems(
  target: Target,
  { code }: PackagedRelease,
  { different, absent }: Comparison,
  ground: PackageGround,
  vsn: string,
  options: CallOptions,
): Promise<Problem[]> {
  const isShared = (path: string): boolean => {
    const { part, directory } = partOf(path, vsn);
    return part === "library" && ground.inUse.has(directory);
  };
  const added = absent.filter(({ path }) => isShared(path)).map(({ path }) => path);
  const changed = different.filter(({ path }) => isShared(path)).map(({ path }) => path);
  const modules = new Map(code.map((module) => [module.path, module]));
  const changedCode = changed.flatMap((path) => modules.get(path) ?? []);
  // Two builds of one source differ in where they were built, and not in their code.
  const otherCode = await modulesOfOtherCode(target, changedCode, ground.root, options);
  const otherFiles = changed.filter((path) => !modules.has(path));
  const problems: Problem[] = [];
  if (otherCode.length > 0 || added.length > 0) {
    problems.push({
      code: "library-differs",
      severity: "error",
      summary: `the package has other code in ${librariesOf([...otherCode.map(({ path }) => path), ...added])} than the node, in the same version`,
      detail: `release_handler keeps the files that are there. Other code: ${someOf([...otherCode.map(({ path }) => path), ...added], 8)}.`,
      hint: "Give what has changed a new version, and build the package again.",
    });
  }
  if (otherFiles.length > 0) {
    problems.push({
      code: "library-files-differ",
      severity: "warning",
      summary: `the package has other files in ${librariesOf(otherFiles)} than the node, in the same version`,
      detail: `Those on the node stay as they are: ${someOf(otherFiles, 8)}.`,
      hint: "Give what has changed a new version, if the difference matters.",
    });
  }
  return problems;
}

const librariesOf = (paths: readonly string[]): string =>
  [...new Set(paths.map((path) => path.split("/")[1]!))].join(", ");

/** Bytes of object code that are tried in one call. */
const TRIED_AT_ONCE = 512 * 1024;

/**
 * Object code that the node couldn't load: the node itself is asked to do all of loading but the last step, so nothing is
 * guessed from version numbers. Only what is new there is sent.
 */
export async function loadProblems(
  target: Target,
  modules: readonly PackagedModule[],
  onProgress: (tried: number, of: number) => void,
  options: CallOptions,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (let at = 0; at < modules.length; ) {
    const batch: PackagedModule[] = [];
    for (let bytes = 0; at < modules.length && (batch.length === 0 || bytes < TRIED_AT_ONCE); at++) {
      batch.push(modules[at]!);
      bytes += modules[at]!.bytes.length;
    }
    const reasons = await refusedCode(
      target,
      batch.map(({ module, bytes }) => ({ module, code: bytes })),
      options,
    );
    batch.forEach((module, index) => {
      const reason = reasons[index];
      if (reason !== undefined) problems.push(notLoadable(module, reason, target.identity.otpRelease));
    });
    onProgress(at, modules.length);
  }
  return problems;
}

const notLoadable = ({ path, compiler }: PackagedModule, reason: string, otpRelease: string): Problem => ({
  code: "code-not-loadable",
  severity: "error",
  summary: `the node can't load ${path}: ${reason}`,
  detail: `It was compiled by the compiler ${compiler ?? "(of an unknown version)"}; the node runs OTP ${otpRelease}.`,
  hint: "Build the package with the OTP release that the node runs.",
});
