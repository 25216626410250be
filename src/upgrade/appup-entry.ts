import type { AppupOutline, OutlineEntry } from "../release/outline.js";
import { ProblemError } from "../terms/problem.js";
import { matchesVersion } from "./regex.js";

/**
 * The entry of an appup for a version: the first one that is it, or whose pattern matches it. Entries behind it are not
 * looked at. Follows `systools_relup:appup_search_for_version/2`.
 *
 * @param field `upFrom` to come from `version`, `downTo` to go to it
 * @throws ProblemError for a pattern that is no text or isn't supported, when it is reached
 */
export function findAppupEntry(
  appup: AppupOutline,
  field: "upFrom" | "downTo",
  version: string,
): OutlineEntry | undefined {
  return appup[field].find((entry) => {
    if (entry.problems !== undefined) throw new ProblemError(entry.problems);
    return matchesVersion(entry.version, version, () => entry.locateVersion());
  });
}
