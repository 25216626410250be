import { lists } from "./context.js";
import { defineRule } from "./rule.js";
import { allAppupScripts, instructionsOf } from "./scripts.js";

export const deletedModuleListed = defineRule({
  code: "deleted-module-listed",
  severity: "warning",
  meaning: "An upgrade deletes a module that the new version still lists: it would be gone until the next restart.",
  check: (context) =>
    allAppupScripts(context)
      .filter(({ direction }) => direction === "up")
      .flatMap((script) => {
        const { application } = script;
        return instructionsOf(script, "delete_module")
          .filter(({ instruction }) => lists(application, instruction.module))
          .map(({ index, instruction: { module } }) => ({
            summary: `delete_module of ${module}, which ${application.name} ${application.app!.record.vsn} still lists`,
            detail: "The new version would run without it until the next restart.",
            hint: `Take ${module} out of the .app, or write load_module or update.`,
            span: script.locate(index, "module"),
          }));
      }),
});
