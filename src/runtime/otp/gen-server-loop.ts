import { type Atom, type List, type Pid, type Term, type Tuple, atom, list, tuple } from "../../terms/term.js";
import { type Context, type Value, termOf } from "../context.js";
import { Raised, caught } from "../process/raised.js";
import { OK, at, isNamed, isTagged } from "../support/term.js";
import { genReply } from "./gen.js";
import { type NextStep, isOrdinaryReason, stepOf, terminateReason } from "./gen-server-step.js";
import { serverStatus } from "./gen-server-status.js";
import { type DebugOptions, NO_DEBUG, isQuiet, loggedEvents, noteEvent } from "./sys-debug.js";
import { type SystemHost, handleSystemMessage, isSystemMessage, parentExit } from "./sys.js";

const TIMEOUT = atom("timeout");

/** A running gen_server: its loop (`gen_server:loop/7`), and its answers to sys. */
export class Server implements SystemHost {
  readonly module = atom("gen_server");
  readonly parent: Pid;
  debug: DebugOptions;
  readonly #context: Context;
  readonly #name: Term;
  readonly #callback: Atom;
  #state: Value;
  #wait: NextStep["wait"] = "infinity";

  constructor(context: Context, server: { parent: Pid; name: Term; module: Atom; state: Value; debug?: DebugOptions }) {
    this.debug = server.debug ?? NO_DEBUG;
    this.#context = context;
    this.parent = server.parent;
    this.#name = server.name;
    this.#callback = server.module;
    this.#state = server.state;
  }

  /** Serves until a callback stops it. @throws Raised always: the reason it ends with */
  async run(first: NextStep): Promise<never> {
    let next: NextStep = first;
    for (;;) {
      this.#state = next.state;
      this.#wait = next.wait;
      if (next.continue === undefined) next = await this.#serve();
      else next = await this.#continue(next.continue);
    }
  }

  async #continue(message: Tuple): Promise<NextStep> {
    const result = await this.#attempt("handle_continue", message, [at(message, 1)]);
    this.#note(message, "other");
    return await this.#common(result, message);
  }

  async #serve(): Promise<NextStep> {
    const { self } = this.#context;
    const timeoutMs = this.#wait === "hibernate" ? "infinity" : this.#wait;
    const message = (await self.receive((waiting) => waiting, timeoutMs)) ?? TIMEOUT;
    if (isSystemMessage(message)) {
      await handleSystemMessage(this.#context, message, this);
      return { state: this.#state, wait: this.#wait };
    }
    const exit = parentExit(message, this.parent);
    if (exit !== undefined) return await this.#terminate(new Raised("exit", exit, list()), message, false);
    this.#note(tuple(atom("in"), message), "in");
    if (isTagged(message, "$gen_call", 3)) return await this.#handleCall(at(message, 1), at(message, 2));
    if (isTagged(message, "$gen_cast", 2)) return await this.#dispatch("handle_cast", message, at(message, 1));
    return await this.#dispatch("handle_info", message, message);
  }

  async #handleCall(from: Term, request: Term): Promise<NextStep> {
    const result = await this.#attempt("handle_call", request, [request, from]);
    const reply = stepOf(result, "reply", 2);
    if (reply !== undefined) {
      const answer = at(result as Tuple, 1);
      genReply(this.#context, from, answer);
      this.#note(tuple(atom("out"), answer, from, termOf(reply.state)), "out");
      return reply;
    }
    if (isTagged(result, "stop", 4)) {
      this.#state = at(result, 3);
      try {
        return await this.#terminate(new Raised("exit", at(result, 1), list()), request, false);
      } finally {
        genReply(this.#context, from, at(result, 2));
      }
    }
    return await this.#common(result, request);
  }

  async #dispatch(callback: string, message: Term, argument: Term): Promise<NextStep> {
    return await this.#common(await this.#attempt(callback, message, [argument]), message);
  }

  /** Calls a callback in the module's current code. What it throws is its value, as in OTP. */
  async #attempt(callback: string, message: Term, args: readonly Term[]): Promise<Value> {
    const { node, self } = this.#context;
    try {
      return await node.call(self, this.#callback, atom(callback), [...args, this.#state]);
    } catch (thrown) {
      const raised = node.raisedOf(thrown);
      if (raised.class === "throw") return raised.reason;
      if (callback === "handle_info" && this.#lacksHandleInfo(raised)) {
        const text = `gen_server ${this.#callback.name} has no handle_info: a message was dropped`;
        node.emit({ kind: "log", level: "warning", pid: self.pid, message: text });
        return tuple(atom("noreply"), termOf(this.#state));
      }
      return await this.#terminate(raised, message, true);
    }
  }

  #lacksHandleInfo(raised: Raised): boolean {
    const isUndef = raised.class === "error" && isNamed(raised.reason, "undef");
    return isUndef && !this.#context.node.has(this.#callback, "handle_info", 2);
  }

  /** `gen_server:handle_common_reply`. */
  async #common(result: Value, message: Term): Promise<NextStep> {
    const next = stepOf(result, "noreply", 1);
    if (next !== undefined) {
      this.#note(tuple(atom("noreply"), termOf(next.state)), "other");
      return next;
    }
    if (isTagged(result, "stop", 3)) {
      this.#state = at(result, 2);
      return await this.#terminate(new Raised("exit", at(result, 1), list()), message, false);
    }
    const reason = tuple(atom("bad_return_value"), termOf(result));
    return await this.#terminate(new Raised("exit", reason, list()), message, false);
  }

  /** `gen_server:terminate`: calls terminate/2, reports what isn't an ordinary end, and ends the process. */
  async #terminate(raised: Raised, message: Term, withStack: boolean): Promise<never> {
    const { node, self } = this.#context;
    let ended = raised;
    if (node.has(this.#callback, "terminate", 2)) {
      try {
        await node.call(self, this.#callback, atom("terminate"), [terminateReason(raised), this.#state]);
      } catch (thrown) {
        const inTerminate = node.raisedOf(thrown);
        if (inTerminate.class !== "throw") ended = inTerminate;
      }
    }
    if (ended !== raised || raised.class !== "exit" || !isOrdinaryReason(raised.reason)) {
      const showsStack = withStack || ended !== raised;
      node.emit({
        kind: "gen_server_terminated",
        pid: self.pid,
        name: this.#name,
        lastMessage: message,
        state: termOf(this.#state),
        reason: showsStack ? tuple(ended.reason, ended.trace ?? list()) : ended.reason,
      });
    }
    throw ended;
  }

  #note(event: Term, direction: "in" | "out" | "other"): void {
    if (!isQuiet(this.debug)) this.debug = noteEvent(this.debug, event, this.#name, direction);
  }

  getState(): Term {
    return termOf(this.#state);
  }

  async replaceState(fun: Term): Promise<Term> {
    const { node, self } = this.#context;
    const state = await node.apply(self, fun, [termOf(this.#state)]);
    this.#state = state;
    return state;
  }

  replaceFailure(): Term {
    return tuple(this.module, atom("system_replace_state"));
  }

  /** `gen_server:system_code_change/4`: code_change/3 of the callback module, in its current code. */
  async changeCode(_module: Term, oldVsn: Term, extra: Term): Promise<Term> {
    const { node, self } = this.#context;
    let result: Value;
    try {
      result = await node.call(self, this.#callback, atom("code_change"), [oldVsn, this.#state, extra]);
    } catch (thrown) {
      result = caught(node.raisedOf(thrown));
    }
    if (!isTagged(result, "ok", 2)) return termOf(result);
    this.#state = at(result, 1);
    return OK;
  }

  async formatStatus(state: Atom, dictionary: List): Promise<Term> {
    const { debug, parent } = this;
    const status = { name: this.#name, callback: this.#callback, state: termOf(this.#state), log: loggedEvents(debug) };
    return await serverStatus(this.#context, { ...status, systemState: state, parent, dictionary });
  }

  async terminate(reason: Term): Promise<never> {
    return await this.#terminate(new Raised("exit", reason, list()), list(), false);
  }
}
