import type { Facts, ObservedProcess } from "../facts.js";
import type { Finding } from "../finding.js";
import { childSpecText, correctionText } from "./child-spec-text.js";
import { groupBy, nameOf, namesOf, supervisorName, type FindingRule } from "./context.js";
import { distinct, isInOtpsTree, type StandingRule } from "./standing.js";

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
        hint:
          supervisor === undefined || facts.inspection === undefined
            ? `Write ${correctionText(supervisor?.callbackModule, { type: "supervisor", modules: [] })} in its child specification.`
            : `Write ${childSpecText(supervisor, facts.inspection, { type: "supervisor", modules: supervisor.modules })}.`,
        module: supervisor?.callbackModule,
        pids: [anomaly.pid, ...missed.map((process) => process.text)],
      };
    });

/** The same as a standing fault, with everything below that is hidden. */
export const hiddenSubtreeAnywhere: StandingRule = ({ facts, inspection }) => {
  const children = hiddenChildren(facts);
  return facts.anomalies
    .filter(({ kind }) => kind === "worker_is_supervisor")
    .flatMap(({ pid }): Finding[] => {
      const supervisor = facts.processes.find(({ text }) => text === pid);
      if (supervisor === undefined || isInOtpsTree(supervisor)) return [];
      const below = hiddenBelow(pid, children);
      const modules = distinct(below.map(({ callbackModule }) => callbackModule));
      return [
        {
          code: "hidden-subtree",
          severity: "error",
          summary: `${nameOf(supervisor)} is a supervisor, but its child specification says that it is a worker`,
          detail:
            `${supervisorName(facts, supervisor.supervisor)} has it as a worker, so a release handler doesn't ask it for its ` +
            `children. ${below.length === 0 ? "It has none now." : `${namesOf(below)} would be missed by every upgrade of ${modules.join(", ")}.`}`,
          hint: `Write ${childSpecText(supervisor, inspection, { type: "supervisor", modules: supervisor.modules })}.`,
          module: supervisor.callbackModule,
          pids: [pid, ...below.map(({ text }) => text)],
        },
      ];
    });
};

type Children = ReadonlyMap<string, readonly ObservedProcess[]>;

/** What OTP's walk doesn't see, by its supervisor. */
function hiddenChildren({ processes }: Facts): Children {
  return groupBy(
    processes.filter(({ hidden }) => hidden),
    ({ supervisor = "" }) => supervisor,
  );
}

/** Everything below a supervisor that OTP's walk doesn't see. */
function hiddenBelow(pid: string, children: Children): ObservedProcess[] {
  return (children.get(pid) ?? []).flatMap((child) => [child, ...hiddenBelow(child.text, children)]);
}
