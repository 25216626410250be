import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** The new version has other code for a module that no instruction loads: the old code would go on. */
export const moduleWithoutInstruction: UpgradeRule = ({ looked, facts }) =>
  looked.unnamed
    .filter(({ change }) => change === "changed")
    .map(({ module, application }): Finding => {
      const running = facts.processes.filter(({ callbackModule }) => callbackModule === module);
      return {
        code: "module-without-instruction",
        severity: "warning",
        summary: `${module} of ${application} has changed, but no instruction loads it`,
        detail:
          `The node would go on with the old code of ${module} beside new code of ${application}, until it is restarted.` +
          (running.length > 0
            ? ` ${running.length === 1 ? "A process runs" : `${running.length} processes run`} it.`
            : ""),
        hint: `Write {load_module, ${printAtom(module)}} in ${application}.appup, or {update, ${printAtom(module)}, {advanced, []}} where the form of its state changes.`,
        module,
        pids: running.map(({ text }) => text),
      };
    });
