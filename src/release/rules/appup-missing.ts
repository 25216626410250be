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
          summary: `${name} goes from ${oldVsn} to ${app.record.vsn} between the releases ${from.vsn} and ${to.vsn}, but has no appup`,
          detail: `Without one a node gets from ${from.vsn} to ${to.vsn} by a restart only.`,
          hint: `Write ${name}.appup beside ${app.file}.`,
          span: app.locate(["vsn"]),
        },
      ];
    }),
});
