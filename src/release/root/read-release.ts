import { ProblemError, throwProblems, type Problem, type Span } from "../../terms/problem.js";
import { readRel, readRelup } from "../read.js";
import type { FileReader } from "../reader.js";
import type { Manifest, Rel, RelApplication, Relup } from "../records.js";
import { compareVersions } from "../version.js";
import type { ReleaseApplication, ReleaseContents } from "./contents.js";
import { findForm, join, listing, readListed, type Listing } from "./find-manifest.js";
import { registeredReleases } from "./list-releases.js";
import { findApplication } from "./find-application.js";

export interface ReadReleaseOptions {
  /** Applications that the node brings along: they may be missing in `lib`, and are then left out. */
  readonly supplied?: ReadonlySet<string>;
}

/**
 * Reads a release of a root: `releases/<vsn>/<name>.rel`, `releases/<vsn>/relup` and, for each application,
 * `lib/<app>-<vsn>/ebin/<app>.app` and `.appup`, each in either form. An application lies where RELEASES says, else in
 * `lib`. Throws a ProblemError with everything that is missing (`release-not-found`, `application-not-found`), wrong in a
 * file, or named otherwise than where it lies (`release-version-mismatch`, `application-mismatch`).
 */
export async function readRelease(
  reader: FileReader,
  root: string,
  vsn: string,
  options: ReadReleaseOptions = {},
): Promise<ReleaseContents> {
  const dir = join(root, "releases", vsn);
  const files = isDirectoryName(vsn) ? await listing(reader, dir) : undefined;
  if (files === undefined) throw await releaseNotFound(reader, root, vsn);
  const problems: Problem[] = [];
  const rel = await collect(problems, readRelIn(reader, files, vsn));
  const relup = await collect(problems, readRelupIn(reader, files));
  const found =
    rel === undefined ? [] : await readApplications(reader, root, rel, options.supplied ?? new Set(), problems);
  throwProblems(problems);
  return { dir, rel: rel!, applications: new Map(found), ...(relup === undefined ? {} : { relup }) };
}

/** A version is one name in a path. */
const isDirectoryName = (vsn: string): boolean => vsn !== "" && !/[/\0]/.test(vsn) && vsn !== "." && vsn !== "..";

/** The result, or undefined with its problems added to the others. */
async function collect<Result>(problems: Problem[], reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

async function readRelIn(reader: FileReader, files: Listing, vsn: string): Promise<Manifest<Rel>> {
  const names = new Set(files.names.flatMap((name) => /^(.*\.rel)(?:\.ya?ml)?$/.exec(name)?.[1] ?? []));
  const [name, ...others] = names;
  if (name === undefined) {
    throw problemError(
      "release-not-found",
      `${files.directory} holds no .rel`,
      "A release is described by <name>.rel there.",
    );
  }
  if (others.length > 0) {
    const summary = `${files.directory} holds more than one release: ${[...names].join(", ")}`;
    throw problemError("ambiguous-release", summary, "Keep the .rel of the release that this version is.");
  }
  const file = join(files.directory, findForm(files, name)!);
  const rel = readRel(await readListed(reader, file), file);
  if (rel.record.vsn !== vsn) {
    const summary = `the release says that its version is ${rel.record.vsn}, but it lies in releases/${vsn}`;
    const hint = "Correct the version, or rename the directory.";
    throw problemError("release-version-mismatch", summary, hint, rel.locate(["vsn"]));
  }
  return rel;
}

async function readRelupIn(reader: FileReader, files: Listing): Promise<Manifest<Relup> | undefined> {
  const name = findForm(files, "relup");
  if (name === undefined) return undefined;
  const file = join(files.directory, name);
  return readRelup(await readListed(reader, file), file);
}

async function readApplications(
  reader: FileReader,
  root: string,
  rel: Manifest<Rel>,
  supplied: ReadonlySet<string>,
  problems: Problem[],
): Promise<readonly (readonly [string, ReleaseApplication])[]> {
  const registered = await collect(problems, registeredReleases(reader, root));
  const libs = registered?.find((release) => release.vsn === rel.record.vsn)?.libs ?? [];
  const lib = await listing(reader, join(root, "lib"));
  const found = await Promise.all(
    rel.record.applications.map(async (entry: RelApplication, index) => {
      const dir = libs.find(({ name, vsn }) => name === entry.name && vsn === entry.vsn)?.dir;
      const place = { root, lib, registered: dir, span: rel.locate(["applications", index]) };
      const optional = supplied.has(entry.name);
      const own: Problem[] = [];
      return {
        name: entry.name,
        own,
        application: await collect(own, findApplication(reader, entry, place, optional)),
      };
    }),
  );
  // In the order of the .rel, whichever was read first.
  for (const { own } of found) problems.push(...own);
  return found.flatMap(({ name, application }) => (application === undefined ? [] : [[name, application] as const]));
}

function problemError(code: string, summary: string, hint: string, span?: Span): ProblemError {
  return new ProblemError([{ code, severity: "error", summary, hint, ...(span === undefined ? {} : { span }) }]);
}

const UNPACK_FIRST = "Another one is unpacked first: relupctl unpack PACKAGE.";

async function releaseNotFound(reader: FileReader, root: string, vsn: string): Promise<ProblemError> {
  const names = (await reader.list(join(root, "releases"))) ?? [];
  const versions = names.filter((name) => /^\d/.test(name)).sort(compareVersions);
  const hint =
    versions.length === 0
      ? `${join(root, "releases")} is empty or missing.`
      : `It has ${versions.join(", ")}. ${UNPACK_FIRST}`;
  return problemError("release-not-found", `there is no release ${vsn} in ${root}`, hint);
}
