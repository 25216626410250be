import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import { nameOf, supervisorName } from "./context.js";
import { processesWith, type StandingRule } from "./standing.js";

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
