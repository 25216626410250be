import { printAtom } from "../../terms/print.js";
import { beamOf, exportsFunction, isCallback, isSupervisor } from "./behaviours.js";
import { codeChanges } from "./code-changes.js";
import { defineRule } from "./rule.js";

/** gen_server, gen_event: code_change/3; gen_statem, gen_fsm: code_change/4; special processes: system_code_change/4. */
export const codeChangeMissing = defineRule({
  code: "code-change-missing",
  severity: "error",
  meaning: "`{update, M, {advanced, _}}` changes the state of processes whose module exports no `code_change`.",
  check: (context) =>
    codeChanges(context).flatMap(({ module, changer, script, span }) => {
      const beam = beamOf(changer, module);
      // A supervisor's state is changed by its behaviour; a module that no process has as its callback, by the callback.
      if (beam === undefined || isSupervisor(beam) || !isCallback(beam)) return [];
      if (exportsFunction(beam, "code_change", 3, 4) || exportsFunction(beam, "system_code_change", 4)) return [];
      const way = script.direction === "up" ? "upgrade" : "downgrade";
      return [
        {
          summary: `${module} exports no code_change, but its processes' state is to be changed`,
          detail: `The ${way} would fail with undef at the first process that runs ${changer.modules.get(module)!.file}.`,
          hint: `Export code_change from ${module}, or write {update, ${printAtom(module)}} or {load_module, ${printAtom(module)}} where the state keeps its form.`,
          span,
        },
      ];
    }),
});
