import { printAtom } from "../../terms/print.js";
import { beamOf, exportsFunction, otherBehaviour } from "./behaviours.js";
import { defineRule } from "./rule.js";
import { allAppupScripts, instructionsOf } from "./scripts.js";

export const notASupervisor = defineRule({
  code: "not-a-supervisor",
  severity: "warning",
  meaning: "`{update, M, supervisor}` for a module that is of another behaviour, or has no `init/1`.",
  check: (context) =>
    allAppupScripts(context).flatMap((script) =>
      instructionsOf(script, "update").flatMap(({ index, instruction: { module, supervisor } }) => {
        const beam = supervisor === true ? beamOf(script.application, module) : undefined;
        if (beam === undefined) return [];
        const behaviour = otherBehaviour(beam);
        if (behaviour === undefined && exportsFunction(beam, "init", 1)) return [];
        return [
          {
            summary: `${module} is updated as a supervisor, but it is ${behaviour === undefined ? "none" : `a ${behaviour}`}`,
            detail: "supervisor stands for a static module with the change {advanced, []}: init/1 is called anew.",
            hint: `Write {update, ${printAtom(module)}, {advanced, []}}, or {load_module, ${printAtom(module)}} where no state changes.`,
            span: script.locate(index),
          },
        ];
      }),
    ),
});
