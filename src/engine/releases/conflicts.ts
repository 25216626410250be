import { fileDigests, type DigestAlgorithm } from "../../otp/file-blocks.js";
import type { CallOptions } from "../../otp/invoke.js";
import { objectFileMd5s } from "../../otp/object-files.js";
import type { Target } from "../../target/target.js";
import type { Package, PackageFile } from "./package.js";
import type { PackagedModule } from "./package-release.js";

/** What the node has already of the files of a package. */
export interface Comparison {
  readonly same: readonly PackageFile[];
  readonly different: readonly PackageFile[];
  readonly absent: readonly PackageFile[];
}

/** Compares each file of a package with the one of its name in the root. */
export async function compareFiles(
  target: Target,
  { files }: Package,
  root: string,
  algorithm: DigestAlgorithm,
  options: CallOptions,
): Promise<Comparison> {
  const all = [...files.values()];
  const paths = all.map(({ path }) => `${root}/${path}`);
  const digests = await fileDigests(target, paths, algorithm, options);
  const those = (test: (there: string | undefined, file: PackageFile) => boolean): PackageFile[] =>
    all.filter((file, index) => test(digests[index], file));
  return {
    same: those((there, file) => there === file.digests[algorithm]),
    different: those((there, file) => there !== undefined && there !== file.digests[algorithm]),
    absent: those((there) => there === undefined),
  };
}

/** Of the modules those whose code is another one in the file of the name on the node (`beam_lib:md5/1`). */
export async function modulesOfOtherCode(
  target: Target,
  modules: readonly PackagedModule[],
  root: string,
  options: CallOptions,
): Promise<PackagedModule[]> {
  const onNode = await objectFileMd5s(
    target,
    modules.map(({ path }) => `${root}/${path}`),
    options,
  );
  return modules.filter(({ md5 }, index) => onNode[index] !== md5);
}

/** Where in a release root a file of a package belongs. */
export type Part = "version" | "library" | "erts" | "shared";

/**
 * The part of the root that a path belongs to, with its directory: of this version, a library, erts, or what all releases
 * share (`bin`, `releases/RELEASES`, `releases/start_erl.data`), which is never replaced by unpacking.
 */
export function partOf(path: string, vsn: string): { readonly part: Part; readonly directory: string } {
  if (path.startsWith(`releases/${vsn}/`)) return { part: "version", directory: `releases/${vsn}` };
  const library = /^(lib\/[^/]+)\//.exec(path)?.[1];
  if (library !== undefined) return { part: "library", directory: library };
  const erts = /^(erts-[^/]+)\//.exec(path)?.[1];
  return erts === undefined ? { part: "shared", directory: "" } : { part: "erts", directory: erts };
}
