import type { Finding, FindingCode } from "../finding.js";
import type { Facts, WalkAnomaly } from "../facts.js";
import { nameOf } from "./context.js";

const WORDS: Partial<Record<WalkAnomaly["kind"], { code: FindingCode; what: string; detail: string; hint: string }>> = {
  supervisor_suspended: {
    code: "supervisor-suspended",
    what: "is a supervisor that is suspended",
    detail: "It doesn't tell its children, so what is below it can't be seen; OTP's release handler stops there.",
    hint: "Resume it with sys:resume/1 after finding out who suspended it.",
  },
  supervisor_not_responding: {
    code: "process-not-responding",
    what: "is a supervisor that doesn't answer",
    detail: "It doesn't tell its children, so what is below it can't be seen.",
    hint: "Find out what it is doing (process_info(Pid, current_stacktrace)); it may be starting a child that takes long.",
  },
  dynamic_not_responding: {
    code: "dynamic-not-answering",
    what: "has modules: dynamic in its child specification but doesn't say which",
    detail: "Only processes that answer get_modules, such as gen_event, may be declared dynamic.",
    hint: "Name its callback module in the child specification.",
  },
};

/** Where the walk over the tree could not see, so that processes may be missed. */
export const walkAnomalies = ({ facts }: { readonly facts: Facts }): Finding[] =>
  facts.anomalies.flatMap((anomaly): Finding[] => {
    const words = WORDS[anomaly.kind];
    if (words === undefined) return [];
    const process = facts.processes.find(({ text }) => text === anomaly.pid);
    return [
      {
        code: words.code,
        severity: "error",
        summary: `${process === undefined ? anomaly.pid : nameOf(process)} in ${anomaly.application} ${words.what}`,
        detail: words.detail,
        hint: words.hint,
        module: process?.callbackModule,
        pids: [anomaly.pid],
      },
    ];
  });
