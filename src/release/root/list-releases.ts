import { ProblemError } from "../../terms/problem.js";
import type { FileReader } from "../reader.js";
import { compareVersions } from "../version.js";
import { join, listing } from "./find-manifest.js";
import { readReleasesFile, readStartErlData, type RegisteredRelease, type ReleaseStatus } from "./releases-file.js";

/** A release in a root. */
export interface FoundRelease {
  readonly vsn: string;
  /** What RELEASES says of it; undefined where it isn't registered there. */
  readonly status?: ReleaseStatus;
}

export interface ReleaseList {
  /** From the lowest version to the highest. */
  readonly releases: readonly FoundRelease[];
  /** The version that a start boots; undefined where neither RELEASES nor start_erl.data names one. */
  readonly permanent?: string;
}

/**
 * The releases in `releases/` of a root: every directory there that holds a `.rel`, with what `RELEASES` says of it. The
 * permanent one is that of RELEASES, else that of `start_erl.data`. Throws a ProblemError where there is no such
 * directory (`root-not-found`) or RELEASES can't be read.
 */
export async function listReleases(reader: FileReader, root: string): Promise<ReleaseList> {
  const directory = join(root, "releases");
  const top = await listing(reader, directory);
  if (top === undefined) throw rootNotFound(root);
  const registered = await registeredReleases(reader, root);
  const found = await Promise.all(
    top.names.map(async (vsn): Promise<FoundRelease | undefined> => {
      const names = await reader.list(join(directory, vsn));
      if (!names?.some((name) => /\.rel(\.ya?ml)?$/.test(name))) return undefined;
      const status = registered.find((release) => release.vsn === vsn)?.status;
      return { vsn, ...(status === undefined ? {} : { status }) };
    }),
  );
  const releases = found.filter((release) => release !== undefined).sort((a, b) => compareVersions(a.vsn, b.vsn));
  const permanent = registered.find(({ status }) => status === "permanent")?.vsn ?? (await startedVsn(reader, root));
  return { releases, ...(permanent === undefined ? {} : { permanent }) };
}

/** What `releases/RELEASES` holds; nothing where there is no such file (an Elixir release has none). */
export async function registeredReleases(reader: FileReader, root: string): Promise<readonly RegisteredRelease[]> {
  const file = join(root, "releases/RELEASES");
  const bytes = await reader.read(file);
  return bytes === undefined ? [] : readReleasesFile(bytes, file);
}

async function startedVsn(reader: FileReader, root: string): Promise<string | undefined> {
  const bytes = await reader.read(join(root, "releases/start_erl.data"));
  return bytes === undefined ? undefined : readStartErlData(bytes)?.vsn;
}

function rootNotFound(root: string): ProblemError {
  return new ProblemError([
    {
      code: "root-not-found",
      severity: "error",
      summary: `${root} is no release root: it has no directory releases`,
      hint: "A release root holds releases/<version>/<name>.rel and lib/<application>-<version>/ebin.",
    },
  ]);
}
