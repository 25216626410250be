import { releaseSteps } from "./release-steps.js";
import { defineRule } from "./rule.js";

export const appupMissing = defineRule({
  code: "appup-missing",
  severity: "warning",
  meaning: "In a release root: an application changes from one release to the next, but has no appup.",
  check: (context) =>
    releaseSteps(context).flatMap(({ from, to, isNext, application, oldVsn }) => {
      const { name, app, appupFile } = application;
      if (!isNext || app === undefined || appupFile !== undefined) return [];
      return [
        {
          summary: `${name} changes between ${from.name} ${from.vsn} and ${to.vsn}, but has no appup`,
          detail: `It goes from ${oldVsn} to ${app.record.vsn}. Without an appup, ${to.vsn} can only be come to by a restart.`,
          hint: `Write ${name}.appup beside ${app.file}.`,
          span: app.locate(["vsn"]),
        },
      ];
    }),
});
