import type { CheckContext } from "./context.js";
import { defineRule } from "./rule.js";
import { allAppupScripts, instructionsOf } from "./scripts.js";

export const objectCodeDamaged = defineRule({
  code: "object-code-damaged",
  severity: "error",
  meaning: "An instruction loads a module whose `.beam` file is damaged.",
  check: (context: CheckContext) =>
    allAppupScripts(context)
      .filter(({ direction }) => direction === "up")
      .flatMap((script) =>
        instructionsOf(script, "update", "load_module", "add_module").flatMap(({ index, instruction }) => {
          const found = script.application.modules.get(instruction.module);
          if (found?.code?.kind !== "damaged") return [];
          return [
            {
              summary: `${instruction.instruction} of ${instruction.module}, but ${found.file} is damaged`,
              detail: `It is no whole BEAM file: ${found.code.reason}.`,
              hint: "Compile the module again.",
              span: script.locate(index, "module"),
            },
          ];
        }),
      ),
});
