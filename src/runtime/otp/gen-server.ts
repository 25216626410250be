import { Atom, List, type Pid, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import type { Context, Value } from "../context.js";
import { Raised, raiseExit } from "../process/raised.js";
import { at, elementsOf, error, isNamed, isTagged, keyFind, ok, timeoutOf, timeoutTerm } from "../support/term.js";
import { DEFAULT_CALL_TIMEOUT_MS, genCall, localName } from "./gen.js";
import { Server } from "./gen-server-loop.js";
import { stepOf, terminateReason } from "./gen-server-step.js";
import { initAck, startProc } from "./proc-lib.js";
import { type DebugOptions, initialDebug } from "./sys-debug.js";

const GEN_SERVER = atom("gen_server");
const GEN_CALL = atom("$gen_call");

export interface ServerStart {
  /** `{local, Name}`. */
  readonly name: Term | undefined;
  readonly module: Atom;
  readonly args: Term;
  /** gen_server's own options. `timeout` and `debug` have a meaning here; spawning and hibernation have nothing to tune. */
  readonly options: Term;
  readonly link: boolean;
}

/** `gen_server:start/3,4` and `start_link/3,4`. */
export async function startServer(context: Context, start: ServerStart): Promise<Term> {
  const { node, self } = context;
  const name = start.name === undefined ? undefined : localName(start.name);
  if (start.name !== undefined && name === undefined) return error(tuple(atom("badarg"), start.name));
  const running = name === undefined ? undefined : node.processes.names.get(name.name);
  if (running !== undefined) return error(tuple(atom("already_started"), running.pid));
  const timeoutMs = timeoutOf(keyFind(elementsOf(start.options) ?? [], "timeout")) ?? "infinity";
  const call = initialCall(start);
  return await startProc(context, { link: start.link, timeoutMs, call }, async (child) => {
    const parent = start.link ? self.pid : child.self.pid;
    const debug = initialDebug(elementsOf(start.options) ?? [], child);
    await initialize(child, { starter: self.pid, parent, name, module: start.module, args: start.args, debug });
  });
}

/** What proc_lib notes: the callback's init, for a supervisor the one of its callback module. */
function initialCall(start: ServerStart): { module: Atom; function: Atom; arity: number } {
  if (start.module.name === "supervisor" && start.args instanceof Tuple) {
    const callback = start.args.elements[1];
    return { module: atom("supervisor"), function: callback instanceof Atom ? callback : atom("init"), arity: 1 };
  }
  return { module: start.module, function: atom("init"), arity: 1 };
}

interface Initialization {
  readonly starter: Pid;
  readonly parent: Pid;
  readonly name: Atom | undefined;
  readonly module: Atom;
  readonly args: Term;
  readonly debug: DebugOptions;
}

/** `gen_server:init_it/6`: registers the name, calls init, tells the starter, and goes on as a server. */
async function initialize(context: Context, start: Initialization): Promise<void> {
  const { node, self } = context;
  const { starter, name, module } = start;
  if (name !== undefined) {
    const taken = node.processes.names.get(name.name);
    if (taken !== undefined) {
      initAck(context, starter, error(tuple(atom("already_started"), taken.pid)));
      return;
    }
    node.processes.register(name, self);
  }
  const unregister = (): void => {
    if (self.registeredName !== undefined) node.processes.unregister(self.registeredName);
  };
  let result: Value;
  try {
    result = await node.call(self, module, atom("init"), [start.args]);
  } catch (thrown) {
    const raised = node.raisedOf(thrown);
    if (raised.class !== "throw") {
      unregister();
      initAck(context, starter, error(terminateReason(raised)));
      throw raised;
    }
    result = raised.reason;
  }
  const first = stepOf(result, "ok", 1);
  if (first !== undefined) {
    initAck(context, starter, ok(self.pid));
    const { parent, debug } = start;
    const server = new Server(context, { parent, name: name ?? self.pid, module, state: first.state, debug });
    await server.run(first);
    return;
  }
  if (isTagged(result, "stop", 2)) {
    unregister();
    initAck(context, starter, error(at(result, 1)));
    raiseExit(at(result, 1));
  }
  if (isNamed(result, "ignore")) {
    unregister();
    initAck(context, starter, result);
    return;
  }
  const reason = tuple(atom("bad_return_value"), result as Term);
  initAck(context, starter, error(reason));
  raiseExit(reason);
}

/**
 * `gen_server:call/2,3`.
 * @throws Raised exit `{Reason, {gen_server, call, [Server, Request | Timeout]}}`
 */
export async function callServer(
  context: Context,
  server: Term,
  request: Term,
  timeoutMs?: number | "infinity",
): Promise<Term> {
  try {
    return await genCall(context, server, GEN_CALL, request, timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS);
  } catch (thrown) {
    if (!(thrown instanceof Raised) || thrown.class !== "exit") throw thrown;
    const args = timeoutMs === undefined ? list(server, request) : list(server, request, timeoutTerm(timeoutMs));
    return raiseExit(tuple(thrown.reason, tuple(GEN_SERVER, atom("call"), args)));
  }
}

/** The arguments of `gen_server:start/3,4`: with or without a name. */
export function serverStart(args: readonly Term[], link: boolean): ServerStart | undefined {
  const [name, module, init, options] = args.length === 4 ? args : [undefined, ...args];
  if (!(module instanceof Atom) || init === undefined || !(options instanceof List)) return undefined;
  return { name, module, args: init, options, link };
}
