import { releaseSteps } from "./release-steps.js";
import { defineRule } from "./rule.js";

export const noDirectUpgradePath = defineRule({
  code: "no-direct-upgrade-path",
  severity: "warning",
  meaning:
    "In a release root: an appup has an entry for the release before, but not for an older one that is there too.",
  check: (context) =>
    releaseSteps(context).flatMap(({ from, to, isNext, application, oldVsn, entry }) => {
      const { appup } = application;
      if (isNext || appup === undefined || entry !== "none") return [];
      const { vsn } = appup.record;
      return [
        {
          summary: `${to.name} ${from.vsn} can't be upgraded to ${to.vsn} in one step: the appup of ${application.name} ${vsn} has no entry for ${oldVsn}`,
          detail: "A node that still runs the older release must be upgraded step by step.",
          hint: `Add {"${oldVsn}", [...]} to the versions to upgrade from, or remove the release ${from.vsn}.`,
          span: appup.locate(["vsn"]),
        },
      ];
    }),
});
