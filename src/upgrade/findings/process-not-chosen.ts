import type { Finding } from "../finding.js";
import { namesOf, type FindingRule } from "./context.js";

/** The user has named the processes to migrate, and others run the module too. */
export const processNotChosen: FindingRule = ({ coverage }) =>
  coverage.flatMap(({ module, missed }): Finding[] => {
    const processes = missed.filter(({ reason }) => reason === "process-not-chosen").map(({ process }) => process);
    if (processes.length === 0) return [];
    const many = processes.length > 1;
    return [
      {
        code: "process-not-chosen",
        severity: "error",
        summary: `${module} would be changed, but ${many ? `${processes.length} processes that run it were` : "a process that runs it was"} not named`,
        detail: `${namesOf(processes)} would go on with the old state on the new code: code of a module is loaded for all.`,
        hint: `Name ${many ? "them" : "it"} with --process as well, or leave --process out for all processes that run ${module}.`,
        module,
        pids: processes.map((process) => process.text),
      },
    ];
  });
