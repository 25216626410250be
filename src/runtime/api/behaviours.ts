import type { Atom, List, Term } from "../../terms/term.js";

/** What a module exports for each behaviour. Every callback may be async. */

type Maybe<Value> = Value | Promise<Value>;

/** What every module may export about itself. */
export interface ModuleAttributes {
  /** The module's own name. Needed only where object code is looked at apart from its file. */
  readonly module?: string;
  /** What code_change gets as the old version. A string stands for Erlang's string. Default: the file's MD5. */
  readonly vsn?: string | Term;
  readonly behaviour?: string | Atom | readonly (string | Atom)[];
}

/** Callbacks of a `gen_server`. They return the tuples that OTP's return. */
export interface GenServer extends ModuleAttributes {
  /** `{ok, State}`, `{ok, State, Timeout | hibernate | {continue, Term}}`, `{stop, Reason}` or `ignore`. */
  init(args: Term): Maybe<Term>;
  /** `{reply, Reply, State}`, `{noreply, State}`, `{stop, Reason, Reply, State}`, ... */
  handle_call?(request: Term, from: Term, state: Term): Maybe<Term>;
  handle_cast?(request: Term, state: Term): Maybe<Term>;
  handle_info?(message: Term, state: Term): Maybe<Term>;
  handle_continue?(argument: Term, state: Term): Maybe<Term>;
  terminate?(reason: Term, state: Term): Maybe<unknown>;
  /**
   * Turns the state of another version into this one's: `{ok, NewState}`.
   * @param oldVsn the version to come from, or `{down, Vsn}` with the version to go down to
   */
  code_change?(oldVsn: Term, state: Term, extra: Term): Maybe<Term>;
}

/** The callback of a `supervisor`: `{ok, {Flags, ChildSpecs}}` or `ignore`. */
export interface Supervisor extends ModuleAttributes {
  init(args: Term): Maybe<Term>;
}

/** Callbacks of a handler that is added to a `gen_event` manager. */
export interface GenEvent extends ModuleAttributes {
  /** `{ok, State}`. */
  init(args: Term): Maybe<Term>;
  /** `{ok, State}` or `remove_handler`. */
  handle_event(event: Term, state: Term): Maybe<Term>;
  /** `{ok, Reply, State}` or `{remove_handler, Reply}`. */
  handle_call?(query: Term, state: Term): Maybe<Term>;
  handle_info?(message: Term, state: Term): Maybe<Term>;
  terminate?(reason: Term, state: Term): Maybe<unknown>;
  code_change?(oldVsn: Term, state: Term, extra: Term): Maybe<Term>;
}

/** Callbacks of an `application`. */
export interface Application extends ModuleAttributes {
  /** `{ok, Pid}` or `{ok, Pid, State}` with the pid of the top supervisor, or `{error, Reason}`. */
  start(type: Term, args: Term): Maybe<Term>;
  start_phase?(phase: Term, type: Term, args: Term): Maybe<Term>;
  prep_stop?(state: Term): Maybe<Term>;
  stop?(state: Term): Maybe<unknown>;
  config_change?(changed: List, added: List, removed: List): Maybe<Term>;
}

/** Callbacks of a process that has a loop of its own and lets sys speak with it (see `sys.handle_system_msg`). */
export interface SpecialProcess extends ModuleAttributes {
  system_continue(parent: Term, debug: Term, misc: Term): unknown;
  system_terminate?(reason: Term, parent: Term, debug: Term, misc: Term): unknown;
  /** `{ok, NewMisc}`. */
  system_code_change?(misc: Term, module: Term, oldVsn: Term, extra: Term): Maybe<Term>;
  /** `{ok, State}`. */
  system_get_state?(misc: Term): Maybe<Term>;
  /** `{ok, State, NewMisc}`. */
  system_replace_state?(fun: Term, misc: Term): Maybe<Term>;
}
