import type { AppupEntry, AppupVersion } from "../records.js";
import { defineRule } from "./rule.js";
import { pickEntry, versionText } from "./versions.js";

export const noDowngradePath = defineRule({
  code: "no-downgrade-path",
  severity: "warning",
  meaning: "An appup says how to come from a version, but not how to go back to it.",
  check: ({ applications }) =>
    applications.flatMap(({ appup }) => {
      if (appup === undefined) return [];
      const { upFrom, downTo, vsn } = appup.record;
      return upFrom.flatMap(({ version }, index) => {
        if (leadsBack(downTo, version)) return [];
        return [
          {
            summary: `${versionText(version)} can be upgraded to ${vsn}, but ${vsn} can't be downgraded to it`,
            detail: "An upgrade that turns out badly could then be taken back only by a restart.",
            hint: `Add an entry for ${versionText(version)} to the versions to downgrade to.`,
            span: appup.locate(["upFrom", index, "version"]),
          },
        ];
      });
    }),
});

/** Whether an entry down stands for the version. A pattern is stood for by itself, or by any pattern that isn't it. */
function leadsBack(downTo: readonly AppupEntry[], version: AppupVersion): boolean {
  if ("exact" in version) return pickEntry(downTo, version.exact) !== "none";
  // What two patterns have in common can't be told in general: any pattern is believed.
  return downTo.some((entry) => "regex" in entry.version);
}
