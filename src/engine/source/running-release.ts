import type { RunningApplication } from "../../otp/application.js";
import type { CallOptions } from "../../otp/invoke.js";
import { runningRelease } from "../../otp/release-handler.js";
import { readRel } from "../../release/read.js";
import type { FileReader } from "../../release/reader.js";
import type { Rel } from "../../release/records.js";
import { listReleases } from "../../release/root.js";
import type { Target } from "../../target/target.js";

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
  const rels = (await Promise.all(releases.map(({ vsn }) => readRelOf(files, root, vsn)))).filter(
    (rel) => rel !== undefined,
  );
  const saidRel = rels.find(({ vsn }) => vsn === said?.vsn);
  if (saidRel !== undefined && isRunning(saidRel, running)) return said;
  const matching = rels.filter((rel) => isRunning(rel, running));
  return matching.length === 1 ? matching[0] : said;
}

/** A release that can't be read is reported when it is asked for, not when another one is. */
async function readRelOf(files: FileReader, root: string, vsn: string): Promise<Rel | undefined> {
  const directory = `${root}/releases/${vsn}`;
  const name = (await files.list(directory))?.find((file) => /\.rel(\.ya?ml)?$/.test(file));
  if (name === undefined) return undefined;
  try {
    return readRel((await files.read(`${directory}/${name}`)) ?? new Uint8Array(), `${directory}/${name}`).record;
  } catch {
    return undefined;
  }
}

/** True when every application of the release that should run does, in the release's version. */
function isRunning(rel: Rel, running: readonly RunningApplication[]): boolean {
  const versions = new Map(running.map(({ name, vsn }) => [name, vsn]));
  return rel.applications
    .filter(({ type }) => type === undefined || type === "permanent")
    .every(({ name, vsn }) => versions.get(name) === vsn);
}
