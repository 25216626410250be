import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import { childSpecText, correctionText, isElixirModule } from "./child-spec-text.js";
import { groupBy, INCLUDE_MISSED, namesOf, supervisorName, type FindingRule } from "./context.js";
import { isOtps, isServer, type StandingRule } from "./standing.js";

/**
 * A process runs a changed module as its callback, but its child specification doesn't list that module. OTP picks the
 * processes to suspend by the child specification alone, so code_change would never be called on it.
 */
export const callbackNotDeclared: FindingRule = ({ coverage, facts }) =>
  coverage.flatMap(({ module, missed }) => {
    const undeclared = missed.filter(({ reason }) => reason === "callback-not-declared").map(({ process }) => process);
    const byPlace = groupBy(undeclared, (process) => `${process.supervisor} ${process.modules.join(" ")}`);
    return [...byPlace.values()].map((processes): Finding => {
      const first = processes[0]!;
      const declared = `[${first.modules.map(printAtom).join(", ")}]`;
      const many = processes.length > 1;
      return {
        code: "callback-not-declared",
        severity: "error",
        summary: `${module} would be changed, but ${many ? `${processes.length} processes that run it` : "a process that runs it"} would be missed`,
        detail:
          `${namesOf(processes)} under the supervisor ${supervisorName(facts, first.supervisor)} ` +
          `${many ? "run" : "runs"} ${module} as callback module, but the child specification lists the modules ${declared}. ` +
          `A release handler suspends only processes whose child specification lists the module: code_change would not be ` +
          `called, and the next message would meet new code with the old state.`,
        hint:
          (facts.inspection === undefined
            ? `Write ${correctionText(module, { modules: [module] })} in the child specification`
            : `Write the child specification ${childSpecText(first, facts.inspection, { modules: [module] })}`) +
          (isElixirModule(module)
            ? ` (or let the child be started by start_link of ${module} itself, so that its child_spec/1 names it)`
            : "") +
          `, release that first, and upgrade from there. ` +
          INCLUDE_MISSED,
        module,
        pids: processes.map((process) => process.text),
      };
    });
  });

/** The same as a standing fault: whatever upgrade changes the module, these processes would be missed. */
export const callbackNotDeclaredAnywhere: StandingRule = ({ facts, inspection }) => {
  const undeclared = facts.processes.filter(
    (process) =>
      process.supervised &&
      process.supervisor !== undefined &&
      !process.hidden &&
      !process.dynamic &&
      !process.modules.includes(process.callbackModule ?? "") &&
      isServer(process, inspection) &&
      !isOtps(process, inspection),
  );
  const byPlace = groupBy(undeclared, (process) =>
    [process.supervisor, process.callbackModule, ...process.modules].join(" "),
  );
  return [...byPlace.values()].map((processes): Finding => {
    const first = processes[0]!;
    const module = first.callbackModule!;
    const many = processes.length > 1;
    return {
      code: "callback-not-declared",
      // A supervisor's own state is seldom changed, and libraries often wrap theirs.
      severity: first.type === "supervisor" ? "warning" : "error",
      summary: `${namesOf(processes)} ${many ? "run" : "runs"} ${module}, but the child specification doesn't say so`,
      detail:
        `The supervisor ${supervisorName(facts, first.supervisor)} has the modules [${first.modules.map(printAtom).join(", ")}] ` +
        `for ${many ? "them" : "it"}. A release handler suspends only processes whose child specification lists the ` +
        `changed module: an upgrade of ${module} would pass over ${many ? "them" : "it"} without a word, and the next ` +
        `message would meet new code with the old state.`,
      hint:
        `Write ${childSpecText(first, inspection, { modules: [module], ...(first.type === "supervisor" && { type: "supervisor" }) })}` +
        `, or let the child be started by a function of ${module} itself; release that before an upgrade that changes ${module}.`,
      module,
      pids: processes.map(({ text }) => text),
    };
  });
};
