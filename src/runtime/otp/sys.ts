import { type Atom, ExternalFun, type List, type Pid, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { Raised, raiseError, raiseExit } from "../process/raised.js";
import { OK, at, error, isNamed, isTagged, timeoutTerm } from "../support/term.js";
import { type DebugOptions, debugCommand } from "./sys-debug.js";
import { DEFAULT_CALL_TIMEOUT_MS, genCall, genReply } from "./gen.js";
import { dictionaryTerm } from "./proc-lib.js";

const SYSTEM = atom("system");
const SYS = atom("sys");

/**
 * `sys:send_system_msg`: asks a process something and gives its answer.
 * @throws Raised exit `{Reason, {sys, Function, Arguments}}`
 */
export async function systemCall(
  context: Context,
  destination: Term,
  request: Term,
  timeoutMs?: number | "infinity",
): Promise<Term> {
  try {
    return await genCall(context, destination, SYSTEM, request, timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS);
  } catch (thrown) {
    if (!(thrown instanceof Raised) || thrown.class !== "exit") throw thrown;
    const { called, args } = calledFunction(request);
    const timeout = timeoutMs === undefined ? [] : [timeoutTerm(timeoutMs)];
    return raiseExit(tuple(thrown.reason, tuple(SYS, called, list(destination, ...args, ...timeout))));
  }
}

/** `sys:mfa/2`: the function that sends the request. What it doesn't know is named by the request itself. */
function calledFunction(request: Term): { readonly called: Term; readonly args: readonly Term[] } {
  if (isTagged(request, "debug", 2)) {
    const what = at(request, 1);
    if (what instanceof Tuple && what.arity === 2) return { called: at(what, 0), args: [at(what, 1)] };
  }
  const isKnown = isTagged(request, "change_code", 4) || isTagged(request, "terminate", 2);
  return isKnown ? { called: at(request, 0), args: request.elements.slice(1) } : { called: request, args: [] };
}

/** `sys:get_state` and `sys:replace_state` raise what the process answered as an error. */
export function stateOrError(answer: Term): Term {
  return answer instanceof Tuple && answer.arity === 2 && isNamed(at(answer, 0), "error")
    ? raiseError(at(answer, 1))
    : answer;
}

/** A process that takes system messages: what sys asks of the module it runs. */
export interface SystemHost {
  readonly module: Atom;
  readonly parent: Pid;
  debug: DebugOptions;
  getState(): Term | Promise<Term>;
  /** The new state, with which it goes on from here. */
  replaceState(fun: Term): Promise<Term>;
  /** What goes wrong when the fun of replace_state raises is answered in these words: a callback, or the fun itself. */
  replaceFailure(fun: Term): Term;
  /** `ok` once the state is changed; anything else is what the callback gave, or `{'EXIT', Reason}`. */
  changeCode(module: Term, oldVsn: Term, extra: Term): Promise<Term>;
  /** The last element of a status. */
  formatStatus(state: Atom, dictionary: List): Term | Promise<Term>;
  /** Ends the process. */
  terminate(reason: Term): Promise<never>;
}

/** A `{system, From, Request}` message. */
export function isSystemMessage(message: Term): message is Tuple {
  return isTagged(message, "system", 3);
}

/**
 * `sys:handle_system_msg/6`: answers a system message, and when it was `suspend` all that follow until `resume`.
 * Every other message waits in the mailbox. Comes back when the process may go on.
 */
export async function handleSystemMessage(context: Context, message: Tuple, host: SystemHost): Promise<void> {
  let current = message;
  let suspended = false;
  for (;;) {
    const [from, request] = [at(current, 1), at(current, 2)];
    if (isTagged(request, "terminate", 2)) {
      genReply(context, from, OK);
      return await host.terminate(at(request, 1));
    }
    if (isNamed(request, "suspend")) suspended = true;
    if (isNamed(request, "resume")) suspended = false;
    genReply(context, from, await command(context, request, suspended, host));
    if (!suspended) return;
    context.self.currentFunction = SUSPEND_LOOP;
    const next = await context.self.receive((waiting) =>
      isSystemMessage(waiting) || parentExit(waiting, host.parent) !== undefined ? waiting : undefined,
    );
    context.self.currentFunction = undefined;
    const exit = parentExit(next!, host.parent);
    if (exit !== undefined) return await host.terminate(exit);
    current = next as Tuple;
  }
}

/** Where OTP's suspended processes wait, as `process_info(Pid, current_function)` tells. */
const SUSPEND_LOOP = new ExternalFun(atom("sys"), atom("suspend_loop"), 6);

/** The reason in the exit message of the parent; undefined for every other message. */
export function parentExit(message: Term, parent: Pid): Term | undefined {
  return isTagged(message, "EXIT", 3) && at(message, 1) === parent ? at(message, 2) : undefined;
}

async function command(context: Context, request: Term, suspended: boolean, host: SystemHost): Promise<Term> {
  const state = atom(suspended ? "suspended" : "running");
  if (isNamed(request, "suspend") || isNamed(request, "resume")) return OK;
  if (isNamed(request, "get_state")) return await getState(host);
  if (isTagged(request, "replace_state", 2)) return await replaceState(at(request, 1), host);
  if (isNamed(request, "get_status")) return await status(context, state, host);
  if (isTagged(request, "debug", 2)) {
    const { answer, debug } = debugCommand(at(request, 1), host.debug, context);
    host.debug = debug;
    return answer;
  }
  if (suspended && isTagged(request, "change_code", 4)) {
    const result = await host.changeCode(at(request, 1), at(request, 2), at(request, 3));
    return result === OK ? OK : error(result);
  }
  return error(tuple(atom("unknown_system_msg"), request));
}

async function getState(host: SystemHost): Promise<Term> {
  try {
    return await host.getState();
  } catch (thrown) {
    if (!(thrown instanceof Raised)) throw thrown;
    return callbackFailed(tuple(host.module, atom("system_get_state")), thrown);
  }
}

async function replaceState(fun: Term, host: SystemHost): Promise<Term> {
  try {
    return await host.replaceState(fun);
  } catch (thrown) {
    if (!(thrown instanceof Raised)) throw thrown;
    return callbackFailed(host.replaceFailure(fun), thrown);
  }
}

function callbackFailed(what: Term, raised: Raised): Term {
  return error(tuple(atom("callback_failed"), what, tuple(atom(raised.class), raised.reason)));
}

async function status(context: Context, state: Atom, host: SystemHost): Promise<Term> {
  const dictionary = dictionaryTerm(context.self);
  const misc = await host.formatStatus(state, dictionary);
  const data = list(dictionary, state, host.parent, host.debug.term, misc);
  return tuple(atom("status"), context.self.pid, tuple(atom("module"), host.module), data);
}
