import type { Finding } from "../finding.js";
import { nameOf, namesOf, supervisorName, type FindingRule } from "./context.js";
import { processesWith, type StandingRule } from "./standing.js";

/** A process that would be suspended doesn't answer system messages: it would keep old state on new code. */
export const processNotResponding: FindingRule = ({ facts, coverage }) =>
  coverage.flatMap(({ module, migrated }): Finding[] => {
    const silent = migrated.filter((process) => facts.notResponding.has(process.text));
    if (silent.length === 0) return [];
    return [
      {
        code: "process-not-responding",
        severity: "error",
        summary: `${namesOf(silent)} ${silent.length > 1 ? "don't" : "doesn't"} answer system messages`,
        detail: `It would have to be suspended to change ${module}. A process that doesn't answer keeps its old state on new code.`,
        hint: "Wait until it is done with what it does, or find out what that is (process_info(Pid, current_stacktrace)).",
        module,
        pids: silent.map((process) => process.text),
      },
    ];
  });

/** The same as a standing fault, of every process in the tree that should answer. */
export const notRespondingAnywhere: StandingRule = ({ facts, inspection }) => {
  // What the walk says of a supervisor is said once.
  const told = new Set(facts.anomalies.map(({ pid }) => pid));
  const silent = inspection.silent.filter((pid) => !told.has(pid));
  return processesWith(facts, silent).map((process): Finding => ({
    code: "process-not-responding",
    severity: "error",
    summary: `${nameOf(process)} in ${process.application ?? "no application"} doesn't answer system messages`,
    detail:
      `It is of a behaviour (${process.callbackModule ?? "unknown module"}, under ${supervisorName(facts, process.supervisor)}), ` +
      `so it should; it has ${process.messageQueueLength} messages waiting. A release handler that can't suspend it in time ` +
      `passes over it, and it would go on with old state on new code.`,
    hint: "Find out what it is doing: process_info(Pid, current_stacktrace). A callback that waits long should be another process.",
    module: process.callbackModule,
    pids: [process.text],
  }));
};
