import { Atom, type Pid, type Term, Tuple, atom, list, string, tuple } from "../../terms/term.js";
import { equals } from "../../terms/equal.js";
import { compareTerms } from "../../terms/order.js";
import { printTerm } from "../../terms/print.js";
import { type Context, termOf } from "../context.js";
import { Raised, caught, raiseExit } from "../process/raised.js";
import { FALSE, OK, at, error, isNamed, isTagged, ok, pidText } from "../support/term.js";
import { genReply, localName } from "./gen.js";
import { initAck, startProc } from "./proc-lib.js";
import { type DebugOptions, NO_DEBUG, loggedEvents } from "./sys-debug.js";
import { type SystemHost, handleSystemMessage, isSystemMessage, parentExit } from "./sys.js";

/** A handler that was added: `#handler{}` of gen_event.erl. */
interface Handler {
  readonly module: Atom;
  /** What tells handlers of one module apart; `false` without. */
  readonly id: Term;
  readonly state: Term;
}

/** `gen_event:start_link/1`, `start/1`: an event manager without handlers. */
export async function startEventManager(context: Context, name: Term | undefined, link: boolean): Promise<Term> {
  const { node, self } = context;
  const local = name === undefined ? undefined : localName(name);
  if (name !== undefined && local === undefined) return error(tuple(atom("badarg"), name));
  const running = local === undefined ? undefined : node.processes.names.get(local.name);
  if (running !== undefined) return error(tuple(atom("already_started"), running.pid));
  const call = { module: atom("gen_event"), function: atom("init_it"), arity: 6 };
  return await startProc(context, { link, timeoutMs: "infinity", call }, async (child) => {
    if (local !== undefined) node.processes.register(local, child.self);
    child.self.trapExit = true;
    initAck(child, self.pid, ok(child.self.pid));
    const parent = link ? self.pid : child.self.pid;
    await new EventManager(child, { parent, name: local ?? child.self.pid }).run();
  });
}

/** A running event manager: its loop, and its answers to sys. Handlers can't be swapped or supervised. */
class EventManager implements SystemHost {
  readonly module = atom("gen_event");
  readonly parent: Pid;
  debug: DebugOptions = NO_DEBUG;
  readonly #context: Context;
  readonly #name: Term;
  /** The latest first. */
  #handlers: readonly Handler[] = [];

  constructor(context: Context, manager: { parent: Pid; name: Term }) {
    this.#context = context;
    this.parent = manager.parent;
    this.#name = manager.name;
  }

  async run(): Promise<never> {
    for (;;) {
      const message = (await this.#context.self.receive((waiting) => waiting))!;
      const exit = parentExit(message, this.parent);
      if (exit !== undefined) return await this.terminate(exit);
      if (isSystemMessage(message)) await handleSystemMessage(this.#context, message, this);
      else await this.#handle(message);
    }
  }

  async #handle(message: Term): Promise<void> {
    if (isTagged(message, "notify", 2)) {
      await this.#notify("handle_event", at(message, 1));
      return;
    }
    const isRequest = message instanceof Tuple && message.arity === 3;
    const answer = isRequest ? await this.#answer(at(message, 2)) : undefined;
    if (isRequest && answer !== undefined) genReply(this.#context, at(message, 1), answer);
    else await this.#notify("handle_info", message);
  }

  /** The answer to a request; undefined for what is none. */
  async #answer(request: Term): Promise<Term | undefined> {
    if (isNamed(request, "which_handlers")) return list(...this.#handlers.map(nameOf));
    if (isNamed(request, "get_modules")) return list(...this.#modules());
    if (isTagged(request, "sync_notify", 2)) {
      await this.#notify("handle_event", at(request, 1));
      return OK;
    }
    if (isTagged(request, "add_handler", 3)) return await this.#add(at(request, 1), at(request, 2));
    if (isTagged(request, "delete_handler", 3)) return await this.#delete(at(request, 1), at(request, 2));
    if (isTagged(request, "call", 3)) return await this.#call(at(request, 1), at(request, 2));
    return undefined;
  }

  #modules(): Atom[] {
    return [...new Set(this.#handlers.map(({ module }) => module))].sort(compareTerms);
  }

  #find(named: Term): Handler | undefined {
    return this.#handlers.find((handler) => equals(nameOf(handler), named));
  }

  #replace(handler: Handler, next: Handler | undefined): void {
    this.#handlers = this.#handlers.flatMap((other) => (other === handler ? (next ?? []) : other));
  }

  /** What `catch Module:Function(...)` gives. */
  async #catch(module: Atom, fun: string, args: readonly Term[]): Promise<Term> {
    const { node, self } = this.#context;
    try {
      return termOf(await node.call(self, module, atom(fun), args));
    } catch (thrown) {
      return caught(node.raisedOf(thrown));
    }
  }

  async #add(named: Term, args: Term): Promise<Term> {
    const isPair = named instanceof Tuple && named.arity === 2;
    const module = isPair ? at(named, 0) : named;
    if (!(module instanceof Atom)) return error(tuple(atom("badarg"), named));
    const result = await this.#catch(module, "init", [args]);
    const state = okState(result, 1);
    if (state === undefined) return result;
    this.#handlers = [{ module, id: isPair ? at(named, 1) : FALSE, state }, ...this.#handlers];
    return OK;
  }

  async #delete(named: Term, args: Term): Promise<Term> {
    const handler = this.#find(named);
    if (handler === undefined) return error(atom("module_not_found"));
    this.#replace(handler, undefined);
    return await this.#end(handler, args);
  }

  async #call(named: Term, query: Term): Promise<Term> {
    const handler = this.#find(named);
    if (handler === undefined) return error(atom("bad_module"));
    const result = await this.#catch(handler.module, "handle_call", [query, handler.state]);
    const state = okState(result, 2);
    if (state !== undefined) {
      this.#replace(handler, { ...handler, state });
      return at(result as Tuple, 1);
    }
    this.#replace(handler, undefined);
    if (isTagged(result, "remove_handler", 2)) {
      await this.#end(handler, atom("remove_handler"));
      return at(result, 1);
    }
    await this.#end(handler, error(result), query);
    return error(result);
  }

  /** `gen_event:server_notify`: every handler hears of an event; one that fails is removed. */
  async #notify(callback: string, event: Term): Promise<void> {
    for (const handler of this.#handlers) {
      const { module, state } = handler;
      if (callback === "handle_info" && !this.#context.node.has(module, callback, 2)) continue;
      const result = await this.#catch(module, callback, [event, state]);
      const next = okState(result, 1);
      if (next !== undefined) {
        this.#replace(handler, { ...handler, state: next });
        continue;
      }
      this.#replace(handler, undefined);
      if (isNamed(result, "remove_handler")) await this.#end(handler, result);
      else await this.#end(handler, error(result), event);
    }
  }

  /** Calls terminate/2 of a handler. With `failedAt`, what it failed at, that is reported. */
  async #end(handler: Handler, args: Term, failedAt?: Term): Promise<Term> {
    const { node, self } = this.#context;
    const { module, state } = handler;
    const result = node.has(module, "terminate", 2) ? await this.#catch(module, "terminate", [args, state]) : OK;
    if (failedAt !== undefined) {
      const message = `gen_event handler ${printTerm(nameOf(handler))} was removed: ${printTerm(args)}`;
      node.emit({ kind: "log", level: "error", pid: self.pid, message });
    }
    return result;
  }

  getState(): Term {
    return list(...this.#handlers.map(({ module, id, state }) => tuple(module, id, state)));
  }

  /** `gen_event:system_replace_state/2`: the fun gets each `{Module, Id, State}`; where it fails, that stays. */
  async replaceState(fun: Term): Promise<Term> {
    const { node, self } = this.#context;
    const replaced: Handler[] = [];
    for (const handler of this.#handlers) {
      const { module, id, state } = handler;
      const result = await node.apply(self, fun, [tuple(module, id, state)]).catch(ignoreRaised);
      const isSame =
        result instanceof Tuple && result.arity === 3 && at(result, 0) === module && equals(at(result, 1), id);
      replaced.push(isSame ? { ...handler, state: at(result, 2) } : handler);
    }
    this.#handlers = replaced;
    return this.getState();
  }

  replaceFailure(): Term {
    return tuple(this.module, atom("system_replace_state"));
  }

  /** `gen_event:system_code_change/4`: code_change/3 of the handlers that run the module. */
  async changeCode(module: Term, oldVsn: Term, extra: Term): Promise<Term> {
    const { node, self } = this.#context;
    const changed: Handler[] = [];
    for (const handler of this.#handlers) {
      if (handler.module !== module) {
        changed.push(handler);
        continue;
      }
      try {
        const result = await node.call(self, module, atom("code_change"), [oldVsn, handler.state, extra]);
        if (!isTagged(result, "ok", 2)) return caught(node.raisedOf(raisedBadmatch(termOf(result))));
        changed.push({ ...handler, state: at(result, 1) });
      } catch (thrown) {
        return caught(node.raisedOf(thrown));
      }
    }
    this.#handlers = changed;
    return OK;
  }

  formatStatus(state: Atom): Term {
    const name = this.#name instanceof Atom ? this.#name.name : pidText(this.#name as Pid);
    const handlers = this.#handlers.map(({ module, id, state: own }) => tuple(atom("handler"), module, id, own, FALSE));
    return list(
      tuple(atom("header"), string(`Status for event handler ${name}`)),
      tuple(
        atom("data"),
        list(
          tuple(string("Status"), state),
          tuple(string("Logged Events"), list(...loggedEvents(this.debug))),
          tuple(string("Parent"), this.parent),
        ),
      ),
      tuple(atom("items"), tuple(string("Installed handlers"), list(...handlers))),
    );
  }

  async terminate(reason: Term): Promise<never> {
    for (const handler of this.#handlers) await this.#end(handler, atom("stop"));
    return raiseExit(reason);
  }
}

/** `Module`, or `{Module, Id}` for a handler that was added with an id. */
function nameOf({ module, id }: Handler): Term {
  return isNamed(id, "false") ? module : tuple(module, id);
}

/** The state in `{ok, ..., State}` and `{ok, ..., State, hibernate}`; undefined for anything else. */
function okState(result: Term, index: number): Term | undefined {
  const hibernates = isTagged(result, "ok", index + 2) && isNamed(at(result, index + 1), "hibernate");
  return isTagged(result, "ok", index + 1) || hibernates ? at(result, index) : undefined;
}

const raisedBadmatch = (value: Term): Raised =>
  new Raised(
    "error",
    tuple(atom("badmatch"), value),
    list(tuple(atom("gen_event"), atom("system_code_change"), 4, list())),
  );

function ignoreRaised(thrown: unknown): undefined {
  if (!(thrown instanceof Raised)) throw thrown;
  return undefined;
}
