import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import { namesOf } from "./context.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** `{update, M, supervisor}` calls init/1 of a supervisor again: what it makes there would be made twice. */
export const supervisorInitEffects: UpgradeRule = ({ looked, coverage, upgrade }) =>
  coverage.flatMap(({ module, changesState, migrated }): Finding[] => {
    const supervisors = migrated.filter(
      ({ type, callbackModule }) => type === "supervisor" && callbackModule === module,
    );
    const code = looked.code.get(module);
    const calls = (upgrade.direction === "up" ? code?.next : code?.previous)?.initCalls ?? [];
    const named = calls.find(({ name }) => name !== undefined);
    const call = named ?? calls[0];
    if (!changesState || supervisors.length === 0 || call === undefined) return [];
    const fails = named !== undefined;
    return [
      {
        code: "supervisor-init-effects",
        severity: fails ? "error" : "warning",
        summary: `init/1 of the supervisor ${module} ${call.isCertain ? "calls" : "may call"} ${call.called}${fails ? ` for ${named.name ?? ""}` : ""}, and would be called again`,
        detail:
          `The instruction {update, ${printAtom(module)}, supervisor} has ${namesOf(supervisors)} call init/1 once more, to read the new ` +
          `child specifications. ${fails ? "The name is taken already: the call fails with badarg, and the upgrade with it." : "Each call makes another one, which nothing owns or deletes before the supervisor ends."}`,
        hint: `Move it out of init/1: into start_link of ${module} before supervisor:start_link, or into a process of its own that is the first child.`,
        module,
        pids: supervisors.map(({ text }) => text),
      },
    ];
  });
