import type { Pid, Term } from "../terms/term.js";

/** What happens on an embedded node and OTP would log. Nothing is printed by the runtime itself. */

/** A child as a supervisor's report shows it: `[{pid, Pid}, {id, Id}, {mfargs, MFA}, ...]`. */
export interface SupervisorReport {
  readonly kind: "supervisor_report";
  readonly supervisor: Term;
  readonly context: "start_error" | "child_terminated" | "shutdown" | "shutdown_error";
  readonly reason: Term;
  readonly child: Term;
}

export interface Progress {
  readonly kind: "progress";
  /** The supervisor, or the application's name. */
  readonly source: Term;
  readonly started: Term;
}

/** proc_lib's crash report: a process that OTP started ended with an error. */
export interface CrashReport {
  readonly kind: "crash_report";
  readonly pid: Pid;
  readonly registeredName: string | undefined;
  readonly initialCall: Term;
  readonly class: "error" | "exit" | "throw";
  readonly reason: Term;
  readonly stack: Term;
}

export interface GenServerTerminated {
  readonly kind: "gen_server_terminated";
  readonly pid: Pid;
  readonly name: Term;
  readonly lastMessage: Term;
  readonly state: Term;
  readonly reason: Term;
}

/** A plain process ended with an error. */
export interface ProcessError {
  readonly kind: "process_error";
  readonly pid: Pid;
  readonly reason: Term;
}

export interface ApplicationExited {
  readonly kind: "application_exited";
  readonly application: string;
  readonly reason: Term;
  readonly type: Term;
}

/** A module's file couldn't be made into code. */
export interface ModuleLoadFailed {
  readonly kind: "module_load_failed";
  readonly module: string;
  readonly file: string;
  /** The JavaScript error, with its stack. */
  readonly detail: string;
}

/** What a module logged itself, and what OTP logs as plain text. */
export interface LogMessage {
  readonly kind: "log";
  readonly level: "debug" | "info" | "notice" | "warning" | "error";
  readonly pid: Pid | undefined;
  readonly message: string;
}

export type NodeEvent =
  | SupervisorReport
  | Progress
  | CrashReport
  | GenServerTerminated
  | ProcessError
  | ApplicationExited
  | ModuleLoadFailed
  | LogMessage;

export type EventSink = (event: NodeEvent) => void;
