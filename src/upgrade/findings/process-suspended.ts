import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import { nameOf, namesOf, supervisorName, type FindingRule } from "./context.js";
import { processesWith, type StandingRule } from "./standing.js";

/**
 * A process that would be migrated is suspended already. Where an upgrade that was cut off has left it so, its state may be
 * of another version than the code that runs, and this upgrade would resume it.
 */
export const alreadySuspended: FindingRule = ({ coverage }) =>
  coverage.flatMap(({ module, migrated }): Finding[] => {
    // Of a suspended supervisor the walk tells more.
    const suspended = migrated.filter(({ type, suspended }) => suspended === true && type === "worker");
    if (suspended.length === 0) return [];
    const [are, states] = suspended.length > 1 ? ["are", "their states are"] : ["is", "its state is"];
    return [
      {
        code: "process-suspended",
        severity: "error",
        summary: `${namesOf(suspended)} ${are} suspended already`,
        detail:
          `An upgrade that was cut off, or a person, has left it so. Where it was an upgrade, it isn't known whether ` +
          `${states} of the version of ${module} that runs; at its end this upgrade would resume what it has suspended.`,
        hint: "See with relupctl recover what is left of an upgrade; else resume it with sys:resume/1.",
        module,
        pids: suspended.map(({ text }) => text),
      },
    ];
  });

/** A process was suspended and left so: it takes no messages, and nobody may know. */
export const processSuspended: StandingRule = ({ facts, inspection }) => {
  // Of a suspended supervisor the walk tells more.
  const told = new Set(facts.anomalies.flatMap(({ kind, pid }) => (kind === "supervisor_suspended" ? [pid] : [])));
  const by = new Map(inspection.suspended.map((each) => [each.pid, each.by]));
  return processesWith(
    facts,
    inspection.suspended.map(({ pid }) => pid).filter((pid) => !told.has(pid)),
  ).map((process): Finding => {
    const isSys = by.get(process.text) === "sys";
    return {
      code: "process-suspended",
      severity: "error",
      summary: `${nameOf(process)} is suspended`,
      detail:
        `${isSys ? "By sys:suspend/1: it answers system messages only" : "By erlang:suspend_process/1: it does nothing at all"}, ` +
        `and ${process.messageQueueLength} messages wait. It runs ${process.callbackModule ?? "an unknown module"}` +
        `${process.supervisor === undefined ? "" : ` under ${supervisorName(facts, process.supervisor)}`}. An upgrade, or a ` +
        `person, may have left it so.`,
      hint: isSys
        ? `When no upgrade is at work, resume it: sys:resume(${erlangPid(process.text, process.registeredName)}).`
        : "Only the process that suspended it can resume it (erlang:resume_process/1); it is resumed when that one ends.",
      module: process.callbackModule,
      pids: [process.text],
    };
  });
};

/** What a shell of the node takes for the process. */
const erlangPid = (text: string, name: string | undefined): string =>
  name === undefined ? `pid(${text.slice(1, -1).replaceAll(".", ",")})` : printAtom(name);
