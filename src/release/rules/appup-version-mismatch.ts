import { defineRule } from "./rule.js";

/** release_handler:upgrade_app/2 looks for the application in the version that the appup says. */
export const appupVersionMismatch = defineRule({
  code: "appup-version-mismatch",
  severity: "error",
  meaning: "The version that an appup is for isn't the one that the `.app` beside it says.",
  check: ({ applications }) =>
    applications.flatMap(({ app, appup }) => {
      if (app === undefined || appup === undefined || app.record.vsn === appup.record.vsn) return [];
      return [
        {
          summary: `the appup is for version ${appup.record.vsn}, but the application's version is ${app.record.vsn}`,
          detail: `${app.file} says so. release_handler refuses such an appup; systools takes it, with a warning.`,
          hint: `Write "${app.record.vsn}" here, or correct the version in the .app.`,
          span: appup.locate(["vsn"]),
        },
      ];
    }),
});
