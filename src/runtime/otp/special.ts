import { type Atom, type List, type Pid, type Term, type Tuple, atom, list, tuple } from "../../terms/term.js";
import { type Context, TailCall, termOf } from "../context.js";
import { caught, raiseError, raiseExit } from "../process/raised.js";
import { OK, at, isTagged } from "../support/term.js";
import { NO_DEBUG } from "./sys-debug.js";
import { type SystemHost, handleSystemMessage } from "./sys.js";

/** A special process that is to end: its code's `system_terminate` takes over. */
class Terminated extends Error {
  readonly reason: Term;
  constructor(reason: Term) {
    super("a special process was told to terminate");
    this.reason = reason;
  }
}

/**
 * `sys:handle_system_msg/6` for a process whose loop is a module's own: answers, and while suspended every system
 * message that follows.
 * @returns the call with which the process goes on: `system_continue` or `system_terminate` in the current code
 */
export async function handleSpecialSystemMessage(
  context: Context,
  message: Tuple,
  process: { readonly parent: Pid; readonly module: Atom; readonly misc: Term },
): Promise<TailCall> {
  const host = new SpecialProcess(context, process);
  const { parent, module } = process;
  try {
    await handleSystemMessage(context, message, host);
  } catch (thrown) {
    if (!(thrown instanceof Terminated)) throw thrown;
    const args = [thrown.reason, parent, host.debug.term, host.misc];
    if (context.node.has(module, "system_terminate", 4)) return new TailCall(module, atom("system_terminate"), args);
    return raiseExit(thrown.reason);
  }
  return new TailCall(module, atom("system_continue"), [parent, host.debug.term, host.misc]);
}

class SpecialProcess implements SystemHost {
  readonly module: Atom;
  readonly parent: Pid;
  debug = NO_DEBUG;
  misc: Term;
  readonly #context: Context;

  constructor(context: Context, process: { parent: Pid; module: Atom; misc: Term }) {
    this.#context = context;
    this.parent = process.parent;
    this.module = process.module;
    this.misc = process.misc;
  }

  async #call(fun: string, args: readonly Term[]): Promise<Term> {
    const { node, self } = this.#context;
    return termOf(await node.call(self, this.module, atom(fun), args));
  }

  async getState(): Promise<Term> {
    if (!this.#context.node.has(this.module, "system_get_state", 1)) return this.misc;
    const result = await this.#call("system_get_state", [this.misc]);
    return isTagged(result, "ok", 2) ? at(result, 1) : raiseError(tuple(atom("badmatch"), result));
  }

  async replaceState(fun: Term): Promise<Term> {
    const { node, self } = this.#context;
    if (!node.has(this.module, "system_replace_state", 2)) {
      this.misc = await node.apply(self, fun, [this.misc]);
      return this.misc;
    }
    const result = await this.#call("system_replace_state", [fun, this.misc]);
    if (!isTagged(result, "ok", 3)) return raiseError(tuple(atom("badmatch"), result));
    this.misc = at(result, 2);
    return at(result, 1);
  }

  replaceFailure(fun: Term): Term {
    const { node } = this.#context;
    const isCallback = node.has(this.module, "system_replace_state", 2);
    return isCallback ? tuple(this.module, atom("system_replace_state")) : fun;
  }

  async changeCode(module: Term, oldVsn: Term, extra: Term): Promise<Term> {
    const { node } = this.#context;
    let result: Term;
    try {
      result = await this.#call("system_code_change", [this.misc, module, oldVsn, extra]);
    } catch (thrown) {
      result = caught(node.raisedOf(thrown));
    }
    if (!isTagged(result, "ok", 2)) return result;
    this.misc = at(result, 1);
    return OK;
  }

  async formatStatus(state: Atom, dictionary: List): Promise<Term> {
    if (!this.#context.node.has(this.module, "format_status", 2)) return this.misc;
    const data = list(dictionary, state, this.parent, this.debug.term, this.misc);
    return await this.#call("format_status", [atom("normal"), data]);
  }

  terminate(reason: Term): Promise<never> {
    return Promise.reject(new Terminated(reason));
  }
}
