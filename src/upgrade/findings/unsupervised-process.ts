import type { WalkAnomaly } from "../facts.js";
import type { Finding } from "../finding.js";
import { correctionText } from "./child-spec-text.js";
import { groupBy, INCLUDE_MISSED, namesOf, type FindingRule } from "./context.js";
import { isOtps, isServer, type StandingRule } from "./standing.js";

/**
 * A process runs a changed module, but no supervisor has it as a child: no walk over the tree finds it. Nor does OTP's
 * find the top process of an application where `supervisor:get_callback_module/1` fails, as with a DynamicSupervisor of
 * newer versions of Elixir.
 */
export const unsupervisedProcess: FindingRule = ({ coverage }) =>
  coverage.flatMap(({ module, missed }): Finding[] => {
    const processes = missed.filter(({ reason }) => reason === "unsupervised-process").map(({ process }) => process);
    if (processes.length === 0) return [];
    const isAtTop = processes.every(({ supervised }) => supervised);
    return [
      {
        code: "unsupervised-process",
        severity: "error",
        summary: `${module} would be changed, but ${processes.length > 1 ? `${processes.length} processes` : "a process"} ${isAtTop ? "at the top of an application" : "outside every supervision tree"} would be missed`,
        detail:
          `${namesOf(processes)} ${processes.length > 1 ? "run" : "runs"} ${module} as callback module, but no supervisor ` +
          `of a running application has ${processes.length > 1 ? "them as children" : "it as a child"}` +
          `${isAtTop ? ", and OTP's release handler can't ask for its callback module" : ""}: code_change would not be called.`,
        hint: `Start ${processes.length > 1 ? "them" : "it"} under a supervisor whose child specification says ${correctionText(module, { modules: [module] })}, or stop ${processes.length > 1 ? "them" : "it"} before the upgrade. ${INCLUDE_MISSED}`,
        module,
        pids: processes.map((process) => process.text),
      },
    ];
  });

const BLIND: ReadonlySet<WalkAnomaly["kind"]> = new Set(["supervisor_suspended", "supervisor_not_responding"]);

/** The same as a standing fault: servers that no supervisor has, of modules that aren't OTP's. */
export const unsupervisedAnywhere: StandingRule = ({ facts, inspection }) => {
  // What is below a supervisor that doesn't tell its children is none of these.
  if (facts.anomalies.some(({ kind }) => BLIND.has(kind))) return [];
  const outside = facts.processes.filter(
    (process) => !process.supervised && isServer(process, inspection) && !isOtps(process, inspection),
  );
  return [...groupBy(outside, ({ callbackModule }) => callbackModule!)].map(([module, processes]): Finding => {
    const many = processes.length > 1;
    return {
      code: "unsupervised-process",
      severity: "warning",
      summary: `${namesOf(processes)} ${many ? "run" : "runs"} ${module} outside every supervision tree`,
      detail:
        `No supervisor of a running application has ${many ? "them as children" : "it as a child"}, so a release handler ` +
        `doesn't find ${many ? "them" : "it"}: an upgrade that changes ${module} would not call code_change there.`,
      hint: `Start ${many ? "such processes" : "it"} under a supervisor whose child specification says ${correctionText(module, { modules: [module] })}.`,
      module,
      pids: processes.map(({ text }) => text),
    };
  });
};
