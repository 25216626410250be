import type { Finding } from "../finding.js";
import { namesOf, type FindingRule } from "./context.js";

/** A process runs a changed module, but no supervisor has it as a child: no walk over the tree finds it. */
export const unsupervisedProcess: FindingRule = ({ coverage }) =>
  coverage.flatMap(({ module, missed }): Finding[] => {
    const processes = missed.filter(({ reason }) => reason === "unsupervised-process").map(({ process }) => process);
    if (processes.length === 0) return [];
    return [
      {
        code: "unsupervised-process",
        severity: "error",
        summary: `${module} would be changed, but ${processes.length > 1 ? `${processes.length} processes` : "a process"} outside every supervision tree would be missed`,
        detail:
          `${namesOf(processes)} ${processes.length > 1 ? "run" : "runs"} ${module} as callback module, but no supervisor ` +
          `of a running application has ${processes.length > 1 ? "them as children" : "it as a child"}. Code_change would not be called.`,
        hint: `Start it under a supervisor whose child specification says modules: [${module}], or stop it before the upgrade.`,
        module,
        pids: processes.map((process) => process.text),
      },
    ];
  });
