import type { Facts, ObservedProcess } from "../../../upgrade/facts.js";
import { atomName, textOf } from "../../../terms/access.js";
import { applicationOfFile, isOtpApplication } from "../../../upgrade/otp-applications.js";
import { printTerm } from "../../../terms/print.js";
import type { Term } from "../../../terms/term.js";
import { count, someOf } from "../paint.js";
import { isNamed, outermostModule, type TreeGroup } from "./fold.js";
import type { Mark } from "./marks.js";
import { moduleText } from "./names.js";

/** What one line of a tree says: how the process is called, its pid, and the rest. */
export interface Label {
  readonly name: string;
  /** Of one process; empty for several. */
  readonly pid: string;
  /** What it runs, and what is neither good nor bad. */
  readonly notes: readonly string[];
  readonly marks: readonly string[];
}

export interface LabelContext {
  readonly facts: Facts;
  readonly marksOf: (process: ObservedProcess) => readonly Mark[];
  /** What stands between a count and what is counted. */
  readonly times: string;
}

/** The label of a process, or of several that are alike. */
export function labelOf(group: TreeGroup, context: LabelContext): Label {
  const processes = group.members.map(({ process }) => process);
  const [first] = processes as [ObservedProcess, ...ObservedProcess[]];
  const { facts, marksOf, times } = context;
  const isOne = processes.length === 1 && group.each === undefined;
  const own = isOne ? ownName(first) : undefined;
  const what = whatItRuns(first);
  const name = own ?? what ?? "process";
  const marks = marksOf(first);
  const notes = [
    first.type === "supervisor" ? "supervisor" : "",
    own === undefined || own === what || isPlainSupervisor(first, facts) ? "" : (what ?? ""),
    kindNote(first),
    vsnNote(first, facts),
    isOne ? "" : namesNote(processes, what),
    marks.some(({ code }) => code === "queue-long") ? "" : queueNote(processes),
  ];
  return {
    name: isOne ? name : `${processes.length} ${times} ${name}${eachText(group)}`,
    pid: isOne ? first.text : "",
    notes: notes.filter((note) => note !== ""),
    marks: marks.map(({ code, text }) => (code === "queue-long" && !isOne ? "long queues" : text)),
  };
}

/** A supervisor that has no callback module of the user's: its module says nothing more. */
function isPlainSupervisor({ kind, callbackModule = "" }: ObservedProcess, facts: Facts): boolean {
  const application = applicationOfFile(facts.modules.get(callbackModule)?.file ?? "");
  return kind === "supervisor" && application !== undefined && isOtpApplication(application);
}

/** By its registered name, else by the id in its child specification where that is one. */
function ownName(process: ObservedProcess): string | undefined {
  const { registeredName, id } = process;
  if (registeredName !== undefined) return moduleText(registeredName);
  return isNamed(process) && id !== undefined ? idText(id) : undefined;
}

function idText(id: Term): string {
  const name = atomName(id);
  return name === undefined ? printTerm(id) : moduleText(name);
}

/** The module whose callbacks it runs; of code of its own the function's module that it is in. */
function whatItRuns(process: ObservedProcess): string | undefined {
  const { modules } = process;
  const told = process.callbackModule ?? outermostModule(process);
  if (told !== undefined) return moduleText(told);
  return modules.length === 0 ? undefined : `[${modules.map(moduleText).join(", ")}]`;
}

function kindNote({ kind, handlers = [], callbackModule, dynamic }: ObservedProcess): string {
  switch (kind) {
    case "gen_event":
      return handlers.length === 0 ? "no handlers" : `handlers ${handlers.map(moduleText).join(", ")}`;
    case "gen_statem":
    case "gen_fsm":
    case "supervisor_bridge":
      return kind;
    case "agent":
      return "agent";
    case "own_code":
      return callbackModule === undefined ? "" : "code of its own";
    case "supervisor":
    case "gen_server":
    case "special":
    case undefined:
      return dynamic ? "dynamic" : "";
  }
}

/** The version that the code declares; none where it is the MD5 that stands for one. */
export function declaredVsn(module: string | undefined, facts: Facts): string | undefined {
  const vsn = module === undefined ? undefined : facts.modules.get(module)?.vsn;
  if (vsn === undefined || typeof vsn === "bigint") return undefined;
  return textOf(vsn) ?? printTerm(vsn);
}

function vsnNote({ callbackModule }: ObservedProcess, facts: Facts): string {
  const vsn = declaredVsn(callbackModule, facts);
  return vsn === undefined ? "" : `vsn ${vsn}`;
}

function namesNote(processes: readonly ObservedProcess[], what: string | undefined): string {
  const names = [...new Set(processes.flatMap((process) => ownName(process) ?? []))];
  return names.every((name) => name === what) ? "" : `(${someOf(names, 2)})`;
}

function queueNote(processes: readonly ObservedProcess[]): string {
  const waiting = processes.filter(({ messageQueueLength }) => messageQueueLength > 0);
  const most = waiting.reduce((length, { messageQueueLength }) => Math.max(length, messageQueueLength), 0);
  if (processes.length === 1) return most === 0 ? "" : `queue ${most}`;
  return most === 0 ? "" : `${count(waiting.length, "queue")}, the longest ${most}`;
}

function eachText({ each }: TreeGroup): string {
  if (each === undefined || (each.least === 1 && each.most === 1)) return "";
  return each.least === each.most ? `, ${each.most} each` : `, ${each.least} to ${each.most} each`;
}

/** A piece of what a line says behind the name. */
export interface Detail {
  readonly text: string;
  readonly isMark: boolean;
}

/** Notes and marks, each of which stays together where it can; what is marked says so without colour too. */
export function detailsOf({ notes, marks }: Label): Detail[] {
  return [
    ...notes.map((text) => ({ text, isMark: false })),
    ...marks.map((mark) => ({ text: `! ${mark}`, isMark: true })),
  ];
}
