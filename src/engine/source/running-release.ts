import type { RunningApplication } from "../../otp/application.js";
import type { CallOptions } from "../../otp/invoke.js";
import { runningRelease } from "../../otp/release-handler.js";
import { readRel } from "../../release/read.js";
import type { FileReader } from "../../release/reader.js";
import type { Rel } from "../../release/records.js";
import { listReleases } from "../../release/root.js";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";

/**
 * Which release the node runs. Its release handler says what it last installed itself; an upgrade that was done past it
 * (by `release_handler:upgrade_app/2`, or by hand) it doesn't know of. So what it says is held against the versions of
 * the running applications, and where they disagree, the release of the root whose versions are the running ones counts.
 * @returns undefined where neither tells
 */
export async function identifyRelease(
  target: Target,
  files: FileReader,
  root: string,
  running: readonly RunningApplication[],
  options: CallOptions,
): Promise<{ readonly name: string; readonly vsn: string } | undefined> {
  const said = await runningRelease(target, options);
  const { releases } = await listReleases(files, root);
  const found = await Promise.all(releases.map(({ vsn }) => findRel(files, `${root}/releases/${vsn}`)));
  const rels = found.flatMap((each) => each?.rel ?? []);
  const saidRel = rels.find(({ vsn }) => vsn === said?.vsn);
  if (saidRel !== undefined && isRunning(saidRel, running)) return said;
  const matching = rels.filter((rel) => isRunning(rel, running));
  return matching.length === 1 ? matching[0] : said;
}

/** A `.rel` of a root, and where it lies. */
export interface FoundRel {
  readonly rel: Rel;
  readonly file: string;
}

/**
 * The `.rel` in a release's directory; undefined where there is none, or an invalid one: that is reported when the
 * release is asked for, not when another one is.
 */
export async function findRel(files: FileReader, directory: string): Promise<FoundRel | undefined> {
  const name = (await files.list(directory))?.toSorted().find((each) => /\.rel(\.ya?ml)?$/.test(each));
  if (name === undefined) return undefined;
  const file = `${directory}/${name}`;
  const bytes = await files.read(file);
  try {
    return bytes && { rel: readRel(bytes, file).record, file };
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** True when every application of the release that should run does, in the release's version. */
function isRunning(rel: Rel, running: readonly RunningApplication[]): boolean {
  const versions = new Map(running.map(({ name, vsn }) => [name, vsn]));
  return rel.applications
    .filter(({ type }) => type === undefined || type === "permanent")
    .every(({ name, vsn }) => versions.get(name) === vsn);
}
