import type { Finding } from "../finding.js";
import { namesOf, type FindingRule } from "./context.js";

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
