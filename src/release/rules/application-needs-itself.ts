import { defineRule } from "./rule.js";

/** systools passes over it, but application:start/1 answers {not_started, App} for ever. */
export const applicationNeedsItself = defineRule({
  code: "application-needs-itself",
  severity: "error",
  meaning: "An `.app` names its own application among those that must run before it: it never starts.",
  check: ({ applications }) =>
    applications.flatMap(({ app }) => {
      const index = app?.record.applications.indexOf(app.record.name) ?? -1;
      if (app === undefined || index === -1) return [];
      const { name } = app.record;
      return [
        {
          summary: `${name} must run before ${name} can start`,
          detail: `application:start(${name}) would fail with {not_started, ${name}}.`,
          hint: `Take ${name} out of its own applications.`,
          span: app.locate(["applications", index]),
        },
      ];
    }),
});
