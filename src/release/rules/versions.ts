import type { AppupEntry, AppupVersion } from "../records.js";
import { UnsupportedRegex } from "../regex/translate.js";
import { matchesWhole } from "../regex/whole-match.js";
import type { CheckContext, CheckedApplication } from "./context.js";
import type { AppupScript } from "./scripts.js";

/** Whether an appup's version stands for `vsn`; undefined for a pattern that relupctl can't judge. */
export function standsFor(version: AppupVersion, vsn: string): boolean | undefined {
  if ("exact" in version) return version.exact === vsn;
  try {
    return matchesWhole(version.regex, vsn);
  } catch (error) {
    if (error instanceof UnsupportedRegex) return undefined;
    throw error;
  }
}

/** Which entry OTP picks for `vsn`: the first that stands for it. Unknown where a pattern before it can't be judged. */
export function pickEntry(entries: readonly AppupEntry[], vsn: string): number | "none" | "unknown" {
  for (const [index, { version }] of entries.entries()) {
    const stands = standsFor(version, vsn);
    if (stands === undefined) return "unknown";
    if (stands) return index;
  }
  return "none";
}

/** The other versions of a script's application that are there and that the script leads from, or back to. */
export function otherVersions(context: CheckContext, script: AppupScript): CheckedApplication[] {
  const { application, direction, entry } = script;
  const entries = application.appup?.record[direction === "up" ? "upFrom" : "downTo"] ?? [];
  return context.applications.filter(({ name, app }) => {
    if (name !== application.name || app === undefined || app.record.vsn === application.app?.record.vsn) return false;
    return pickEntry(entries, app.record.vsn) === entry;
  });
}

/** A version as it is written in an appup. */
export const versionText = (version: AppupVersion): string =>
  "exact" in version ? version.exact : `<<"${version.regex}">>`;
