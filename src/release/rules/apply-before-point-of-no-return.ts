import { printTerm } from "../../terms/print.js";
import type { CheckContext } from "./context.js";
import { encodeInstruction } from "../erlang/encode-instruction.js";
import { defineRule } from "./rule.js";
import { allAppupScripts, allRelupScripts, instructionsOf, type Script } from "./scripts.js";

/** release_handler:check_install_release/1 executes what stands before the point of no return. */
export const applyBeforePointOfNoReturn = defineRule({
  code: "apply-before-point-of-no-return",
  severity: "warning",
  meaning: "An `apply` stands before `point_of_no_return`, so it runs even where the upgrade is only checked.",
  check: (context) =>
    allScripts(context).flatMap((script) => {
      const end = script.instructions.findIndex(({ instruction }) => instruction === "point_of_no_return");
      return instructionsOf(script, "apply")
        .filter(({ index }) => index < end)
        .map(({ index, instruction }) => ({
          summary: `${printTerm(encodeInstruction(instruction))} runs before the point of no return`,
          detail: "check_install_release executes it too, and nothing takes it back.",
          hint: "Put point_of_no_return before it, or make sure that running it alone does no harm.",
          span: script.locate(index),
        }));
    }),
});

const allScripts = (context: CheckContext): Script[] => [...allAppupScripts(context), ...allRelupScripts(context)];
