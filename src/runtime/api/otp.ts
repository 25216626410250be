import { type Atom, type List, type Pid, type Term, type Tuple, atom, list, nil, tuple } from "../../terms/term.js";
import type { TailCall } from "../context.js";
import { castTo } from "../bifs/gen-server.js";
import { genReply } from "../otp/gen.js";
import { handleSpecialSystemMessage } from "../otp/special.js";
import { getKey } from "../bifs/application.js";
import { send as sendMessage } from "../process/post.js";
import { at, isTagged, timeoutTerm } from "../support/term.js";
import { callOtp, current } from "./current.js";

/** OTP's behaviours and their functions for module authors. Names, arguments and results are OTP's own. */

/** What addresses a server: a pid, a registered name or `{Name, Node}`. */
export type ServerRef = Pid | Atom | Tuple;
/** `{local, Name}`. */
export type ServerName = Tuple;

/** `{local, Name}`. */
export const local = (name: string | Atom): ServerName =>
  tuple(atom("local"), typeof name === "string" ? atom(name) : name);

type Timeout = number | "infinity";

export const gen_server = {
  /** `gen_server:start_link/3,4`: gives `{ok, Pid}`, `ignore` or `{error, Reason}`. */
  start_link: (name: ServerName | undefined, module: Atom, args: Term, options: List = nil): Promise<Term> =>
    callOtp("gen_server", "start_link", ...(name === undefined ? [] : [name]), module, args, options),
  start: (name: ServerName | undefined, module: Atom, args: Term, options: List = nil): Promise<Term> =>
    callOtp("gen_server", "start", ...(name === undefined ? [] : [name]), module, args, options),
  /** Waits for the answer. @throws Raised exit when the server is dead, dies, or doesn't answer in time (5 s) */
  call: (server: ServerRef, request: Term, timeout: Timeout = 5_000): Promise<Term> =>
    callOtp("gen_server", "call", server, request, ...(timeout === 5_000 ? [] : [timeoutTerm(timeout)])),
  cast: (server: ServerRef, request: Term): void => void castTo(current(), server, request),
  /** Answers a call whose handle_call returned `noreply`. */
  reply: (from: Term, reply: Term): void => {
    genReply(current(), from, reply);
  },
  stop: (server: ServerRef): Promise<Term> => callOtp("gen_server", "stop", server),
};

export const supervisor = {
  start_link: (name: ServerName | undefined, module: Atom, args: Term): Promise<Term> =>
    callOtp("supervisor", "start_link", ...(name === undefined ? [] : [name]), module, args),
  start_child: (ref: ServerRef, spec: Term): Promise<Term> => callOtp("supervisor", "start_child", ref, spec),
  terminate_child: (ref: ServerRef, id: Term): Promise<Term> => callOtp("supervisor", "terminate_child", ref, id),
  restart_child: (ref: ServerRef, id: Term): Promise<Term> => callOtp("supervisor", "restart_child", ref, id),
  delete_child: (ref: ServerRef, id: Term): Promise<Term> => callOtp("supervisor", "delete_child", ref, id),
  which_children: (ref: ServerRef): Promise<Term> => callOtp("supervisor", "which_children", ref),
  count_children: (ref: ServerRef): Promise<Term> => callOtp("supervisor", "count_children", ref),
};

export const gen_event = {
  start_link: (name?: ServerName): Promise<Term> => callOtp("gen_event", "start_link", ...(name ? [name] : [])),
  /** `handler` is a module, or `{Module, Id}`. */
  add_handler: (manager: ServerRef, handler: Term, args: Term): Promise<Term> =>
    callOtp("gen_event", "add_handler", manager, handler, args),
  delete_handler: (manager: ServerRef, handler: Term, args: Term): Promise<Term> =>
    callOtp("gen_event", "delete_handler", manager, handler, args),
  notify: (manager: ServerRef, event: Term): void => {
    sendMessage(current().node.processes, manager, tuple(atom("notify"), event));
  },
  sync_notify: (manager: ServerRef, event: Term): Promise<Term> => callOtp("gen_event", "sync_notify", manager, event),
  call: (manager: ServerRef, handler: Term, query: Term): Promise<Term> =>
    callOtp("gen_event", "call", manager, handler, query),
};

export const application = {
  /** The value of a key of an application's environment; `otherwise` when there is none. */
  get_env: (name: Atom, key: Atom, otherwise?: Term): Term | undefined => {
    const found = current().node.applications.getEnv(name.name, key.name);
    return isTagged(found, "ok", 2) ? at(found, 1) : otherwise;
  },
  /** `{ok, Value}` or `undefined`, as `application:get_key/2`. */
  get_key: (name: Atom, key: Atom): Term => getKey(current(), name.name, key),
  start: (name: Atom): Promise<Term> => callOtp("application", "start", name),
  stop: (name: Atom): Promise<Term> => callOtp("application", "stop", name),
  ensure_all_started: (name: Atom): Promise<Term> => callOtp("application", "ensure_all_started", name),
};

export const sys = {
  /**
   * For special processes: answers a system message. Return what it gives from the loop; it goes on in
   * `Module:system_continue(Parent, Debug, Misc)` in the module's current code, or ends in `system_terminate`.
   * @param message the whole `{system, From, Request}`
   */
  handle_system_msg: (message: Term, parent: Pid, module: Atom, misc: Term): Promise<TailCall> =>
    handleSpecialSystemMessage(current(), message as Tuple, { parent, module, misc }),
  suspend: (server: ServerRef): Promise<Term> => callOtp("sys", "suspend", server),
  resume: (server: ServerRef): Promise<Term> => callOtp("sys", "resume", server),
  get_state: (server: ServerRef): Promise<Term> => callOtp("sys", "get_state", server),
};

export const proc_lib = {
  /** Starts a special process and waits until it calls `init_ack`. */
  start_link: (module: Atom, fun: Atom, args: readonly Term[]): Promise<Term> =>
    callOtp("proc_lib", "start_link", module, fun, list(...args)),
  start: (module: Atom, fun: Atom, args: readonly Term[]): Promise<Term> =>
    callOtp("proc_lib", "start", module, fun, list(...args)),
  init_ack: (result: Term): Promise<Term> => callOtp("proc_lib", "init_ack", result),
};

type Level = "debug" | "info" | "notice" | "warning" | "error";

const log = (level: Level) => (message: string) => {
  const { node, self } = current();
  node.emit({ kind: "log", level, pid: self.pid, message });
};

/** Writes to the node's log. */
export const logger = {
  debug: log("debug"),
  info: log("info"),
  notice: log("notice"),
  warning: log("warning"),
  error: log("error"),
};
