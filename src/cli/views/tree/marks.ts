import type { Facts, ObservedProcess, WalkAnomaly } from "../../../upgrade/facts.js";
import { applicationOfFile, isOtpApplication } from "../../../upgrade/otp-applications.js";
import { moduleText } from "./names.js";

/** Something about a process that disagrees with what a release handler would take it for, or that keeps it from working. */
export interface Mark {
  /** A short stable name. */
  readonly code: MarkCode;
  readonly text: string;
}

export type MarkCode =
  | "callback-not-declared"
  | "worker-is-supervisor"
  | "hidden"
  | "suspended"
  | "not-responding"
  | "modules-not-told"
  | "old-code"
  | "queue-long";

/** A queue of so many messages is no chance. */
const LONG_QUEUE = 1_000;

const ANOMALIES: Readonly<Record<WalkAnomaly["kind"], Mark | undefined>> = {
  worker_is_supervisor: { code: "worker-is-supervisor", text: "a supervisor that is declared a worker" },
  supervisor_not_responding: { code: "not-responding", text: "doesn't tell its children" },
  callback_module_unknown: { code: "modules-not-told", text: "doesn't tell its callback module" },
  dynamic_not_responding: { code: "modules-not-told", text: "declared dynamic, but doesn't tell its modules" },
  // Being suspended is marked already.
  supervisor_suspended: undefined,
};

/** Gives the marks of each process of the facts. */
export function marker(facts: Facts): (process: ObservedProcess) => readonly Mark[] {
  const anomalies = new Map<string, Mark[]>();
  for (const { pid, kind } of facts.anomalies) {
    const mark = ANOMALIES[kind];
    if (mark !== undefined) anomalies.set(pid, [...(anomalies.get(pid) ?? []), mark]);
  }
  const onOldCode = processesOnOldCode(facts);
  const isForeign = (module: string): boolean => {
    const application = applicationOfFile(facts.modules.get(module)?.file ?? "");
    return application !== undefined && isOtpApplication(application);
  };
  return (process) => {
    const marks = [...(anomalies.get(process.text) ?? [])];
    const undeclared = undeclaredModules(process).filter((module) => !isForeign(module));
    if (undeclared.length > 0) marks.push({ code: "callback-not-declared", text: declaredText(process, undeclared) });
    if (process.hidden) marks.push({ code: "hidden", text: "not seen by release handlers" });
    if (process.suspended === true) marks.push({ code: "suspended", text: "suspended" });
    const old = onOldCode.get(process.text);
    if (old !== undefined) marks.push({ code: "old-code", text: `runs old code of ${old.map(moduleText).join(", ")}` });
    if (process.messageQueueLength >= LONG_QUEUE) {
      marks.push({ code: "queue-long", text: `${process.messageQueueLength} messages wait` });
    }
    return marks;
  };
}

/** Per process, by its pid as text: the modules whose old code it still runs. */
export function processesOnOldCode(facts: Facts): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { module, processesOnOldCode: pids } of facts.modules.values()) {
    for (const pid of pids) found.set(pid, [...(found.get(pid) ?? []), module]);
  }
  return found;
}

/** What a process with a child specification runs that the specification doesn't name. */
function undeclaredModules(process: ObservedProcess): string[] {
  const { supervised, supervisor, hidden, callbackModule, handlers = [], modules, kind } = process;
  // A top process that OTP can't ask for its module has no child specification that could name it.
  if (supervisor === undefined && hidden) return [];
  // What an agent is started with is a function of the user's: declaring it as Elixir's Agent is the rule.
  if (!supervised || kind === "own_code" || kind === "agent") return [];
  const runs = kind === "gen_event" ? handlers : callbackModule === undefined ? [] : [callbackModule];
  return runs.filter((module) => !modules.includes(module));
}

function declaredText({ modules, kind, dynamic }: ObservedProcess, undeclared: readonly string[]): string {
  const declared = modules.map(moduleText).join(", ");
  if (dynamic) return declared === "" ? "not asked what it runs" : `says that it runs ${declared}`;
  if (kind === "gen_event") return `handlers not declared: ${undeclared.map(moduleText).join(", ")}`;
  return declared === "" ? "declared without modules" : `declared as ${declared}`;
}
