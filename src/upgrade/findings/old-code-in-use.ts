import type { Finding } from "../finding.js";
import { changedModules } from "../upgrade.js";
import type { FindingRule } from "./context.js";

/** Processes still run old code of a module that the upgrade would purge: they would be killed, or the upgrade refused. */
export const oldCodeInUse: FindingRule = ({ upgrade, facts }) =>
  changedModules(upgrade.script).flatMap((module): Finding[] => {
    const pids = facts.modules.get(module)?.processesOnOldCode ?? [];
    if (pids.length === 0) return [];
    return [
      {
        code: "old-code-in-use",
        severity: "error",
        summary: `${pids.length === 1 ? "a process still runs" : `${pids.length} processes still run`} old code of ${module}`,
        detail: `There can be two versions of a module at a time. Loading a third purges the old one, which kills ${pids.join(", ")}.`,
        hint: `Wait until ${pids.length === 1 ? "it is" : "they are"} done, or stop ${pids.length === 1 ? "it" : "them"}; --allow old-code-in-use lets them be killed.`,
        module,
        pids,
      },
    ];
  });
