import type { Child } from "../otp/supervisor.js";
import type { SysStatus } from "../otp/sys.js";
import type { Pid } from "../terms/term.js";
import type { WalkedProcess } from "./walk.js";

/** A process in the tree, with what is below it: filled as the walk goes on. */
export interface Place {
  readonly process: WalkedProcess;
  readonly places: Place[];
  /** Of a process that has been asked before its turn. */
  readonly status?: SysStatus;
  /** True for a top process that is none of OTP's kind: it is not asked, and that has been reported. */
  readonly isForeign?: true;
  /** Of a top process: whether it was started as a supervisor, though it may not tell its module (as OTP asks for it). */
  readonly isSupervisor?: boolean;
}

/** The top process of an application. */
interface Top {
  readonly pid: Pid;
  readonly application: string;
  readonly status: SysStatus;
}

/** A child together with the supervisor it was found under. */
export interface Found {
  readonly child: Child;
  readonly pid: Pid;
  readonly under: Place;
}

/** @param told.module its callback module, where it tells that */
export function topPlace(
  { pid, application, status }: Top,
  { module, ...told }: { readonly module?: string | undefined } & Pick<Place, "isForeign" | "isSupervisor">,
): Place {
  return {
    ...told,
    status,
    process: {
      pid,
      application,
      supervisor: undefined,
      id: undefined,
      type: "supervisor",
      modules: module === undefined ? [] : [module],
      dynamic: false,
      // OTP leaves out a top process that it can't ask for its module, though not its children.
      hidden: module === undefined,
    },
    places: [],
  };
}

/** @param dynamic the modules that it has answered, where it is declared `dynamic` */
export function walked({ child, pid, under }: Found, dynamic: readonly string[] | undefined): WalkedProcess {
  const { application, pid: supervisor, hidden } = under.process;
  return {
    pid,
    application,
    supervisor,
    id: child.id,
    type: child.type,
    modules: child.modules === "dynamic" ? (dynamic ?? []) : child.modules,
    dynamic: child.modules === "dynamic",
    hidden: hidden && under.process.supervisor !== undefined,
  };
}
