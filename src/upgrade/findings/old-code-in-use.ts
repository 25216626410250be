import type { Finding } from "../finding.js";
import { changedModules } from "../upgrade.js";
import { firstOf, namesOf, type FindingRule } from "./context.js";
import { processesWith, type StandingRule } from "./standing.js";

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

/** The same as a standing fault: the next upgrade of such a module would kill them, or be refused. */
export const oldCodeInUseAnywhere: StandingRule = ({ facts, inspection }) => {
  const used = inspection.oldCode.map(({ module, pids }): Finding => {
    const many = pids.length > 1;
    return {
      code: "old-code-in-use",
      severity: "warning",
      summary: `${namesOf(processesWith(facts, pids))} still ${many ? "run" : "runs"} old code of ${module}`,
      detail:
        `There can be two versions of a module at a time. The next upgrade of ${module}, and making the last one ` +
        `permanent, purge the old one and kill ${many ? "these processes" : "this process"} where it is still in use.`,
      hint:
        `Let ${many ? "them" : "it"} end, or make a call with the module's name (${module}:loop(...)), which leaves the old ` +
        `code. erlang:check_process_code/2 tells when that is done.`,
      module,
      pids,
    };
  });
  const rest = inspection.oldCodeNotLookedAt;
  if (rest.length === 0) return used;
  return [
    ...used,
    {
      code: "old-code-in-use",
      severity: "info",
      summary: `${rest.length} more modules have old code, and it wasn't looked for who runs it`,
      detail: `With ${facts.processes.length} processes that would take long. The modules: ${firstOf(rest, 20)}.`,
      hint: "Purge what isn't in use: code:soft_purge(Module) says false where a process still runs it.",
      module: undefined,
      pids: [],
    },
  ];
};
