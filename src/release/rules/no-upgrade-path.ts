import { releaseSteps } from "./release-steps.js";
import { defineRule } from "./rule.js";
import { versionText } from "./versions.js";

/** systools_relup:get_script_from_appup/5. */
export const noUpgradePath = defineRule({
  code: "no-upgrade-path",
  severity: "error",
  meaning: "In a release root: an appup has no entry for the application's version in the release before.",
  check: (context) =>
    releaseSteps(context).flatMap(({ from, to, isNext, application, oldVsn, entry }) => {
      const { appup } = application;
      if (!isNext || appup === undefined || entry !== "none") return [];
      const { vsn, upFrom } = appup.record;
      const known = upFrom.map(({ version }) => versionText(version)).join(", ");
      return [
        {
          summary: `the appup of ${application.name} ${vsn} has no entry to upgrade from ${oldVsn}`,
          detail:
            `The release ${from.name} ${from.vsn} has ${application.name} ${oldVsn}, ${to.vsn} has ${vsn}. ` +
            (known === "" ? "The appup has no entries up." : `The appup has entries for ${known}.`),
          hint: `Add {"${oldVsn}", [...]} to the versions to upgrade from.`,
          span: appup.locate(["vsn"]),
        },
      ];
    }),
});
