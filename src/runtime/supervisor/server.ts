import { type Atom, type List, type Term, Tuple, atom, list, map, string, tuple } from "../../terms/term.js";
import { printTerm } from "../../terms/print.js";
import { type Context, hold, termOf } from "../context.js";
import { raiseError } from "../process/raised.js";
import { OK, at, elementsOf, error, isNamed, isTagged, keyOf } from "../support/term.js";
import { handleSupervisorCall } from "./calls.js";
import { findByPid, childExited, restartChild } from "./restart.js";
import { BadSpec, type Child, type Children, checkFlags, checkStartSpec } from "./spec.js";
import { isFailedStart, startChildren, terminateChildren } from "./start.js";
import { SupervisorState, childTerm, isRestarting } from "./state.js";
import { terminateDynamicChildren } from "./terminate.js";

/** The gen_server callbacks of supervisor.erl. */

/** `supervisor:init/1`, with `{Name | self, Module, Args}`. */
export async function init(context: Context, argument: Term): Promise<Term> {
  const { node, self } = context;
  if (!(argument instanceof Tuple) || argument.arity !== 3) return raiseError("function_clause");
  const [name, module, args] = [at(argument, 0), at(argument, 1) as Atom, at(argument, 2)];
  self.trapExit = true;
  const result = termOf(await node.call(self, module, atom("init"), [args]));
  if (isNamed(result, "ignore")) return result;
  const specification = specificationOf(result);
  if (specification === undefined) return stop(tuple(atom("bad_return"), tuple(module, atom("init"), result)));
  const flags = checkFlags(specification.flags);
  if (flags instanceof BadSpec) return stop(tuple(atom("supervisor_data"), flags.reason));
  const fullName = isNamed(name, "self") ? tuple(self.pid, module) : name;
  const state = new SupervisorState({ name: fullName, module, args, flags });
  if (state.isSimple && elementsOf(specification.children)?.length !== 1) {
    return stop(tuple(atom("bad_start_spec"), specification.children));
  }
  const children = checkStartSpec(specification.children, flags.autoShutdown);
  if (children instanceof BadSpec) return stop(tuple(atom("start_spec"), children.reason));
  if (!state.isSimple) return await startAll(context, state, children);
  state.children = new Map(children);
  state.keepsArguments = state.template.restart.name !== "temporary";
  return tuple(OK, hold(state));
}

async function startAll(context: Context, state: SupervisorState, children: Children): Promise<Term> {
  const started = await startChildren(context, state.name, children);
  if (isFailedStart(started)) {
    await terminateChildren(context, state.name, started.children);
    const reason = tuple(atom("failed_to_start_child"), started.failed.id, started.reason);
    return stop(tuple(atom("shutdown"), reason));
  }
  state.children = started;
  return tuple(OK, hold(state));
}

const stop = (reason: Term): Term => tuple(atom("stop"), reason);

/** `{ok, {Flags, ChildSpecs}}`. */
function specificationOf(result: Term): { flags: Term; children: Term } | undefined {
  if (!isTagged(result, "ok", 2)) return undefined;
  const inner = at(result, 1);
  return inner instanceof Tuple && inner.arity === 2 ? { flags: at(inner, 0), children: at(inner, 1) } : undefined;
}

export async function handleCall(context: Context, request: Term, _from: Term, held: Term): Promise<Term> {
  const state = SupervisorState.from(held);
  const answer = await handleSupervisorCall(context, state, request);
  return tuple(atom("reply"), answer, hold(state));
}

/** `try_again_restart`: a child that couldn't be started again is tried once more. */
export async function handleCast(context: Context, request: Term, held: Term): Promise<Term> {
  const state = SupervisorState.from(held);
  if (!isTagged(request, "try_again_restart", 2)) return raiseError("function_clause");
  const id = at(request, 1);
  const child = state.isSimple ? findByPid(state, id) : state.children.get(keyOf(id));
  if (child === undefined || !isRestarting(child.pid)) return noreply(state);
  return after(state, await restartChild(context, state, child));
}

export async function handleInfo(context: Context, message: Term, held: Term): Promise<Term> {
  const state = SupervisorState.from(held);
  if (isTagged(message, "EXIT", 3)) {
    return after(state, await childExited(context, state, at(message, 1), at(message, 2)));
  }
  const text = `Supervisor received unexpected message: ${printTerm(message)}`;
  context.node.emit({ kind: "log", level: "error", pid: context.self.pid, message: text });
  return noreply(state);
}

const noreply = (state: SupervisorState): Term => tuple(atom("noreply"), hold(state));

function after(state: SupervisorState, next: "continue" | "shutdown"): Term {
  return next === "continue" ? noreply(state) : tuple(atom("stop"), atom("shutdown"), hold(state));
}

export async function terminate(context: Context, _reason: Term, held: Term): Promise<Term> {
  const state = SupervisorState.from(held);
  if (state.isSimple) await terminateDynamicChildren(context, state);
  else await terminateChildren(context, state.name, state.children);
  return OK;
}

/**
 * `supervisor:code_change/3`: asks the callback module's init again and takes the changed flags and child
 * specifications. It starts no new child and stops none that is gone from the specifications.
 */
export async function codeChange(context: Context, _oldVsn: Term, held: Term): Promise<Term> {
  const { node, self } = context;
  const state = SupervisorState.from(held);
  const result = termOf(await node.call(self, state.module, atom("init"), [state.args]));
  if (isNamed(result, "ignore")) return tuple(OK, hold(state));
  const specification = specificationOf(result);
  if (specification === undefined) return result;
  const flags = checkFlags(specification.flags);
  if (flags instanceof BadSpec) {
    const isType = isTagged(flags.reason, "invalid_type", 2);
    return error(isType ? tuple(atom("bad_flags"), specification.flags) : flags.reason);
  }
  const wasSimple = state.isSimple;
  const children = checkStartSpec(specification.children, flags.autoShutdown);
  if (children instanceof BadSpec) return error(children.reason);
  const isSimple = flags.strategy.name === "simple_one_for_one";
  if (isSimple && children.size !== 1) return error(tuple(OK, specificationPair(children)));
  state.flags = flags;
  state.children = isSimple || wasSimple ? new Map(children) : merged(state, children);
  return tuple(OK, hold(state));
}

/** `supervisor:update_childspec1/3`: new specifications keep the running pids; children they don't name stay. */
function merged(state: SupervisorState, children: Children): Map<string, Child> {
  const kept = [...state.children].filter(([key]) => !children.has(key));
  const updated = [...children].map(
    ([key, child]) => [key, { ...child, pid: state.children.get(key)?.pid ?? child.pid }] as const,
  );
  return new Map([...updated, ...kept]);
}

function specificationPair(children: Children): Tuple {
  const all = [...children.values()];
  return tuple(list(...all.map(({ id }) => id)), map(all.map((child) => [child.id, childTerm(child)])));
}

/** `supervisor:format_status/2`. */
export function formatStatus(_context: Context, _option: Term, data: Term): Term {
  const held = (data as List).elements[1];
  const state = SupervisorState.from(held);
  return list(
    tuple(atom("data"), list(tuple(string("State"), state.toTerm()))),
    tuple(atom("supervisor"), list(tuple(string("Callback"), state.module))),
  );
}
