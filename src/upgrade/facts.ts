import type { Pid, Term } from "../terms/term.js";
import type { Inspection } from "./inspection.js";

/** What was observed of a node: plain data, on which plans and findings are made without asking again. */

/**
 * What runs a process, and so whether it can be suspended: a behaviour; `agent` (Elixir's, a GenServer that runs the
 * functions it is given); `special`, code of its own that takes system messages; `own_code`, code of its own that
 * doesn't (a Task, a process that was spawned).
 */
export type ProcessKind =
  | "supervisor"
  | "supervisor_bridge"
  | "gen_server"
  | "gen_statem"
  | "gen_event"
  | "gen_fsm"
  | "agent"
  | "special"
  | "own_code";

export interface ObservedProcess {
  readonly pid: Pid;
  /** The pid as the node itself prints it. */
  readonly text: string;
  readonly application: string | undefined;
  /** The supervisor's pid as text; undefined for a top supervisor and for what no supervisor has. */
  readonly supervisor: string | undefined;
  /** True when the walk over the supervision tree found it. */
  readonly supervised: boolean;
  /** True for what OTP's walk doesn't see: below a child that is declared a worker but is a supervisor. */
  readonly hidden: boolean;
  /** The id in the supervisor's child specification. */
  readonly id: Term | undefined;
  readonly type: "worker" | "supervisor";
  /** The modules OTP's walk gives for it: from the child specification, or answered by a `dynamic` child. */
  readonly modules: readonly string[];
  readonly dynamic: boolean;
  /** The module whose callbacks it really runs, where that can be told. */
  readonly callbackModule: string | undefined;
  readonly registeredName: string | undefined;
  readonly messageQueueLength: number;
  /** What runs it; undefined where that can't be told. */
  readonly kind?: ProcessKind | undefined;
  /** Of an event manager: the modules of its handlers, whose callbacks run in it. */
  readonly handlers?: readonly string[];
  /** Of `own_code`: the modules whose functions it is in, by its stack, the innermost first. */
  readonly stack?: readonly string[];
  /** Whether `sys` has it suspended; undefined where that can't be told without disturbing it. */
  readonly suspended?: boolean | undefined;
  readonly hibernating?: boolean;
}

/** A child that runs on another node, whose code an upgrade of this one doesn't change. */
export interface RemoteChild {
  readonly node: string;
  /** The pid as its own node prints it. */
  readonly text: string;
  readonly application: string;
  readonly supervisor: string | undefined;
  readonly id: Term | undefined;
  readonly type: "worker" | "supervisor";
  readonly modules: readonly string[];
}

/** What the walk met that OTP's own walk fails on, stalls on, or passes over. */
export interface WalkAnomaly {
  readonly kind:
    | "supervisor_suspended"
    | "supervisor_not_responding"
    | "callback_module_unknown"
    | "dynamic_not_responding"
    | "worker_is_supervisor";
  readonly pid: string;
  readonly application: string;
}

export interface ObservedModule {
  readonly module: string;
  readonly file: string | undefined;
  /** MD5 of the loaded code in hexadecimal; undefined when the module isn't loaded. */
  readonly md5: string | undefined;
  readonly hasOldCode: boolean;
  /** Pids, as text, that run its old code; looked for only where there is old code. */
  readonly processesOnOldCode: readonly string[];
  readonly exportsCodeChange: boolean;
  /** The vsn attribute of the loaded code; undefined where it has none. */
  readonly vsn?: Term | undefined;
}

export interface Facts {
  /** Where they are from a snapshot of the node and not from the node itself: when it was taken. */
  readonly snapshot?: { readonly taken: string };
  readonly node: string;
  readonly creation: number;
  readonly otpRelease: string;
  /** The running applications and their versions. */
  readonly applications: readonly { readonly name: string; readonly description: string; readonly vsn: string }[];
  readonly processes: readonly ObservedProcess[];
  readonly anomalies: readonly WalkAnomaly[];
  /** Children of its supervisors that run on other nodes. */
  readonly remoteChildren?: readonly RemoteChild[];
  /** Pids, as text, of processes to be suspended that didn't answer a system message in time. */
  readonly notResponding: ReadonlySet<string>;
  /** The modules that the upgrade names, as they are now. */
  readonly modules: ReadonlyMap<string, ObservedModule>;
  /** What `doctor` looks at besides; it takes longer. */
  readonly inspection?: Inspection;
}
