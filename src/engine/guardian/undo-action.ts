import type { MfaTerm } from "../../release/instruction.js";
import { atom, binary, list, string, tuple, type Pid, type Term } from "../../terms/term.js";

export interface StoppedChild {
  /** A pid, or a name as a call gave it. */
  readonly supervisor: Term;
  readonly id: Term;
  /** As the supervisor had it: a supervisor forgets a temporary child when it stops it. */
  readonly specification: Term | undefined;
  readonly pid: Pid | undefined;
}

/**
 * What takes one thing back, as the guardian on the node does it (`Undo` in erl/guardian/). Data, so that it is done
 * in the same way when we ask for it and when we are gone.
 */
export const undo = {
  /** Resumes a group; its supervisors that need it read their old specification before, which `module` gives. */
  resume: (group: number, module: string): Term => tuple(atom("resume"), group, atom(module)),
  suspend: (group: number): Term => tuple(atom("suspend"), group),
  /** The code noted for the module (`codeRow`). */
  putCode: (module: string): Term => tuple(atom("put_code"), atom(module)),
  /** The states that were kept of a group. */
  putStates: (group: number, module: string): Term => tuple(atom("put_states"), group, atom(module)),
  /** Where no states were kept: code_change of the newer code, with `{down, Vsn}`, or with `Vsn` after a downgrade. */
  downgradeStates: (group: number, module: string, version: Term, extra: Term): Term =>
    tuple(atom("downgrade_states"), group, atom(module), version, extra),
  /**
   * Puts an application's directory back into the code path, and takes away what the node has loaded by itself from the
   * new one since: of the modules that were not loaded before.
   */
  putPath: (
    application: string,
    { before, after, notLoaded }: { before: string; after: string; notLoaded: readonly string[] },
  ): Term =>
    tuple(
      atom("put_path"),
      atom(application),
      string(before),
      string(`${after}/`),
      list(...notLoaded.map((module) => atom(module))),
    ),
  /** Takes the directory of an application that was not there before out of the code path, and its code as above. */
  deletePath: (directory: string, notLoaded: readonly string[]): Term =>
    tuple(atom("delete_path"), string(directory), list(...notLoaded.map((module) => atom(module)))),
  changeApplicationData: (specifications: readonly Term[], config: Term): Term =>
    tuple(atom("change_application_data"), list(...specifications), config),
  configChange: (environment: Term): Term => tuple(atom("config_change"), environment),
  startChildren: (children: readonly StoppedChild[]): Term => tuple(atom("start_children"), childrenTerm(children)),
  stopChildren: (children: readonly StoppedChild[]): Term => tuple(atom("stop_children"), childrenTerm(children)),
  takeChildAway: (supervisor: Term, child: Term, hasId: boolean): Term =>
    tuple(atom("take_child_away"), supervisor, child, atom(String(hasId))),
  addChild: (supervisor: Term, id: Term, specification: Term, wasRunning: boolean): Term =>
    tuple(atom("add_child"), supervisor, id, specification, atom(String(wasRunning))),
  call: ({ module, function: fun, args }: MfaTerm): Term => tuple(atom("call"), atom(module), atom(fun), list(...args)),
  expectRunning: (applications: readonly string[]): Term =>
    tuple(atom("expect_running"), list(...applications.map((name) => atom(name)))),
};

function childrenTerm(children: readonly StoppedChild[]): Term {
  return list(
    ...children.map(({ supervisor, id, specification, pid }) =>
      tuple(supervisor, id, specification ?? atom("undefined"), pid ?? atom("undefined")),
    ),
  );
}

/** What is noted beside the actions, for them: rows of the guardian's log. */
export const row = {
  /** The code that a module had; `missing` where it is not to be had, so that the new code has to stay. */
  code: (module: string, code: { readonly file: string; readonly bytes: Uint8Array } | "none" | "missing"): Term =>
    tuple(
      tuple(atom("code"), atom(module)),
      typeof code === "string" ? atom(code) : tuple(string(code.file), binary(code.bytes)),
    ),
  group: (group: number, batches: readonly Term[]): Term => tuple(tuple(atom("group"), group), list(...batches)),
  suspended: (group: number): Term => tuple(tuple(atom("suspended"), group)),
  /** The code that a module will have: its MD5 in hexadecimal. */
  loads: (module: string, md5: string): Term => tuple(tuple(atom("loads"), atom(module)), binary(md5)),
  /** The states of its processes are others in the other version. */
  migrates: (module: string): Term => tuple(tuple(atom("migrates"), atom(module))),
  /** Those of a group that did not answer the suspend. */
  silent: (group: number, pids: readonly Pid[]): Term => tuple(tuple(atom("silent"), group), list(...pids)),
  /** Those of a group whose state was not changed. */
  unchanged: (group: number, pids: readonly Pid[]): Term => tuple(tuple(atom("unchanged"), group), list(...pids)),
  /** The ids of a supervisor's children. */
  children: (supervisor: Pid, ids: readonly Term[]): Term => tuple(tuple(atom("children"), supervisor), list(...ids)),
};

/** Under which the processes of the node are noted. */
export const moment = {
  begin: atom("processes"),
  load: (module: string): Term => tuple(atom("loaded"), atom(module)),
};
