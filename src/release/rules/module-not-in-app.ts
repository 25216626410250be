import { lists } from "./context.js";
import { neededModules } from "./needed-modules.js";
import { defineRule } from "./rule.js";
import { allAppupScripts } from "./scripts.js";

/** systools_rc:get_lib/2 looks for a module in the `.app` files alone. */
export const moduleNotInApp = defineRule({
  code: "module-not-in-app",
  severity: "error",
  meaning: "An instruction loads a module whose file is there, but which the `.app` doesn't list: systools refuses it.",
  check: (context) =>
    allAppupScripts(context).flatMap((script) =>
      neededModules(context, script).flatMap(({ module, by, neededIn, span }) => {
        const { app, modules, name } = neededIn;
        if (app === undefined || by === "delete_module" || !modules.has(module)) return [];
        if (context.applications.some((each) => (each === neededIn || each.name !== name) && lists(each, module))) {
          return [];
        }
        return [
          {
            summary: `${by} of ${module}, which the .app of ${name} ${app.record.vsn} doesn't list`,
            detail: `${modules.get(module)!.file} is there, but systools looks for modules in .app files only.`,
            hint: `Add ${module} to the modules in ${app.file}.`,
            span,
          },
        ];
      }),
    ),
});
