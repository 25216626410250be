import type { Finding } from "../finding.js";
import { nameOf, namesOf, supervisorName, type FindingRule } from "./context.js";

/** A child declared as a worker is really a supervisor: OTP's walk sees nothing below it. */
export const hiddenSubtree: FindingRule = ({ facts, coverage }) =>
  facts.anomalies
    .filter((anomaly) => anomaly.kind === "worker_is_supervisor")
    .map((anomaly): Finding => {
      const supervisor = facts.processes.find((process) => process.text === anomaly.pid);
      const missed = coverage.flatMap((each) =>
        each.missed.filter(({ reason }) => reason === "hidden-subtree").map(({ process }) => process),
      );
      const name = supervisor === undefined ? anomaly.pid : nameOf(supervisor);
      return {
        code: "hidden-subtree",
        severity: missed.length > 0 ? "error" : "warning",
        summary: `${name} is a supervisor, but its child specification says that it is a worker`,
        detail:
          `${supervisorName(facts, supervisor?.supervisor)} has it as a worker, so a release handler doesn't ask it for ` +
          `its children${missed.length > 0 ? `. Below it ${namesOf(missed)} ${missed.length > 1 ? "run modules" : "runs a module"} that would be changed` : ""}.`,
        hint: "Write type: supervisor in its child specification (in Elixir, type: :supervisor).",
        module: supervisor?.callbackModule,
        pids: [anomaly.pid, ...missed.map((process) => process.text)],
      };
    });
