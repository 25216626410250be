import type { Term } from "../terms/term.js";

/**
 * What is looked at for `doctor` alone, beside the facts of every plan: plain data. Pids are given as text.
 */
export interface Inspection {
  /** How the node loads code: on demand, or everything at its start (`code:get_mode/0`). */
  readonly mode: "interactive" | "embedded";
  /** Every application that is loaded. */
  readonly applications: readonly InspectedApplication[];
  /** The release that the node runs, where its `.rel` could be read. */
  readonly release: { readonly name: string; readonly vsn: string } | undefined;
  /** The version of the release that a start of the node boots; undefined where that can't be told. */
  readonly bootsNext?: string | undefined;
  /** Every callback module that a process runs. */
  readonly callbacks: ReadonlyMap<string, InspectedCallback>;
  readonly suspended: readonly SuspendedProcess[];
  /** Processes of a behaviour, or special ones, that didn't answer a system message in time. */
  readonly silent: readonly string[];
  /** Modules whose old code is run by processes. */
  readonly oldCode: readonly { readonly module: string; readonly pids: readonly string[] }[];
  /** Modules that have old code, where looking for processes that run it would have taken too long. */
  readonly oldCodeNotLookedAt: readonly string[];
  readonly shadows: readonly ShadowedDirectory[];
  /** What supervisors have for children whose specification seems wrong, by the child's pid. */
  readonly specifications: ReadonlyMap<string, ChildSpecification>;
  /** Places that an upgrade of a release writes to, and can't. */
  readonly notWritable: readonly string[];
  /** Disks as `disksup` of os_mon tells; none where it doesn't run. */
  readonly disks: readonly Disk[];
  /** Funs found in states; undefined where states were not to be read. */
  readonly funs: readonly StateFun[] | undefined;
  /** Processes whose states were to be read, and could not be. */
  readonly statesNotRead: readonly string[];
}

/** An application by its version where it is loaded, in its directory, and in the release. */
export interface InspectedApplication {
  readonly name: string;
  readonly vsn: string;
  /** Undefined where the code path has no directory for it. */
  readonly directory: string | undefined;
  /** What the `.app` in the directory says; undefined where it can't be read. */
  readonly vsnOnDisk: string | undefined;
  /** What the `.rel` says; undefined where the release hasn't got it, or there is none. */
  readonly vsnInRelease: string | undefined;
}

/** A module that processes run as their callback. */
export interface InspectedCallback {
  /** Undefined for what wasn't loaded from a file. */
  readonly file: string | undefined;
  /** By the file that it was loaded from; `erts` for what is preloaded. */
  readonly application: string | undefined;
  /** Whether it is of a behaviour or a special process, so that its processes answer system messages. */
  readonly answersSystemMessages: boolean;
}

export interface SuspendedProcess {
  readonly pid: string;
  /** By `sys:suspend/1`, or by `erlang:suspend_process/1`. */
  readonly by: "sys" | "erlang";
}

/** A directory of the code path that stands behind another one with modules of the same names. */
export interface ShadowedDirectory {
  readonly directory: string;
  readonly by: string;
  readonly modules: readonly string[];
}

/** How a supervisor starts and stops a child. */
export interface ChildSpecification {
  /** As the specification has it: the children of a `simple_one_for_one` have no other. */
  readonly id: Term;
  readonly module: string;
  readonly function: string;
  /** The arguments as Erlang writes them; undefined where they are long. */
  readonly args: string | undefined;
  /** What it says of `restart`, `significant` and `shutdown` that isn't the default, by name. */
  readonly settings: Readonly<Record<string, Term>>;
}

export interface Disk {
  readonly mount: string;
  readonly totalKiB: number;
  /** How much of it is used, in percent. */
  readonly used: number;
}

/** Funs of one module in the state of one process. */
export interface StateFun {
  readonly pid: string;
  readonly module: string;
  /** Whether they are of the code of the module that is loaded now. */
  readonly isCurrent: boolean;
}
