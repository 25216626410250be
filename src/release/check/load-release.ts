import { findForm } from "../root/find-manifest.js";
import type { CheckedRelease } from "../rules/context.js";
import { checkSysConfig } from "./check-sys-config.js";
import { namesIn, pathIn } from "./paths.js";
import type { Reading } from "./reading.js";

/** The `.rel` files, the relup and the `sys.config` of a directory; undefined where it has none of them. */
export async function loadRelease(reading: Reading, directory: string): Promise<CheckedRelease | undefined> {
  const listing = await namesIn(reading, directory);
  const stems = [...new Set(listing.names.flatMap((name) => /^(.+\.rel)(?:\.ya?ml)?$/.exec(name)?.[1] ?? []))];
  const find = (name: string): Promise<string | undefined> => reading.collect(() => findForm(listing, name));
  const [relFiles, relupFile] = await Promise.all([Promise.all(stems.map(find)), find("relup")]);
  const hasConfig = listing.names.includes("sys.config");
  if (stems.length === 0 && relupFile === undefined && !hasConfig) return undefined;
  const [rels, relup] = await Promise.all([
    Promise.all(
      relFiles.map(async (name) => (name === undefined ? undefined : reading.manifest("rel", pathIn(listing, name)))),
    ),
    relupFile === undefined ? undefined : reading.manifest("relup", pathIn(listing, relupFile)),
    hasConfig ? checkSysConfig(reading, pathIn(listing, "sys.config")) : undefined,
  ]);
  return { rels: rels.filter((rel) => rel !== undefined), ...(relup === undefined ? {} : { relup }) };
}
