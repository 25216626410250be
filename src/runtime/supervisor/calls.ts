import { List, Pid, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { raiseError } from "../process/raised.js";
import { OK, UNDEFINED, at, error, isNamed, isTagged, keyOf, ok } from "../support/term.js";
import { forget } from "./restart.js";
import { BadSpec, type Child, checkChildSpec, childToSpec } from "./spec.js";
import { startChild, startFunction } from "./start.js";
import { type SupervisorState, childTerm, isRestarting, restarting } from "./state.js";
import { terminateChild } from "./terminate.js";

const NOT_FOUND = error(atom("not_found"));
const SIMPLE = error(atom("simple_one_for_one"));

/** `supervisor:handle_call/3`: the answer to a request of one of supervisor's functions. */
export async function handleSupervisorCall(context: Context, state: SupervisorState, request: Term): Promise<Term> {
  if (isNamed(request, "which_children")) return whichChildren(state);
  if (isNamed(request, "count_children")) return countChildren(context, state);
  if (!(request instanceof Tuple) || request.arity !== 2) return raiseError("function_clause");
  const argument = at(request, 1);
  if (isTagged(request, "start_child", 2)) {
    return state.isSimple
      ? await startDynamic(context, state, argument)
      : await startFromSpec(context, state, argument);
  }
  if (isTagged(request, "terminate_child", 2)) return await terminateById(context, state, argument);
  if (isTagged(request, "restart_child", 2)) return await restartById(context, state, argument);
  if (isTagged(request, "delete_child", 2)) return deleteById(state, argument);
  if (isTagged(request, "get_childspec", 2)) {
    const child = find(context, state, argument);
    return child === undefined ? NOT_FOUND : ok(childToSpec(child));
  }
  return raiseError("function_clause");
}

/** `[{Id, Child, Type, Modules}]`, the last started first; simple_one_for_one children have no id. */
function whichChildren(state: SupervisorState): List {
  const shown = (pid: Term): Term => (isRestarting(pid) ? atom("restarting") : pid);
  if (state.isSimple) {
    const { type, modules } = state.template;
    return list(...[...state.dynamics.values()].map(({ pid }) => tuple(UNDEFINED, shown(pid), type, modules)));
  }
  const children = [...state.children.values()].reverse();
  return list(...children.map(({ id, pid, type, modules }) => tuple(id, shown(pid), type, modules)));
}

function countChildren({ node }: Context, state: SupervisorState): List {
  const children = [...state.children.values()];
  const isAlive = ({ pid }: { pid: Term }): boolean => pid instanceof Pid && node.processes.find(pid) !== undefined;
  let total = children.length;
  let active = children.filter(isAlive).length;
  let supervisors = children.filter(({ type }) => type.name === "supervisor").length;
  if (state.isSimple) {
    total = state.dynamics.size;
    active = total - state.dynamicRestarts;
    supervisors = state.template.type.name === "supervisor" ? total : 0;
  }
  return list(
    tuple(atom("specs"), children.length),
    tuple(atom("active"), active),
    tuple(atom("supervisors"), supervisors),
    tuple(atom("workers"), total - supervisors),
  );
}

async function startDynamic(context: Context, state: SupervisorState, extra: Term): Promise<Term> {
  if (!(extra instanceof List) || extra.tail !== undefined) return raiseError("badarg");
  const { start } = state.template;
  const args = list(...(at(start, 2) as List).elements, ...extra.elements);
  const started = await startFunction(context, start, args);
  if (started.error === undefined && started.pid instanceof Pid) state.addDynamic(started.pid, args);
  return started.answer;
}

/** `supervisor:handle_start_child/2`. */
async function startFromSpec(context: Context, state: SupervisorState, spec: Term): Promise<Term> {
  const child = checkChildSpec(spec, state.flags.autoShutdown);
  if (child instanceof BadSpec) return error(child.reason);
  const present = state.children.get(keyOf(child.id));
  if (present !== undefined) {
    return error(present.pid instanceof Pid ? tuple(atom("already_started"), present.pid) : atom("already_present"));
  }
  const started = await startChild(context, state.name, child);
  if (started.error !== undefined) return error(tuple(started.error, childTerm(child)));
  const isTemporary = child.restart.name === "temporary";
  if (started.pid === UNDEFINED && isTemporary) return started.answer;
  const start = isTemporary ? tuple(at(child.start, 0), at(child.start, 1), UNDEFINED) : child.start;
  state.update(child, { pid: started.pid, start });
  return started.answer;
}

/** `supervisor:find_child/2`: by id, of a simple_one_for_one supervisor by pid. */
function find({ node }: Context, state: SupervisorState, id: Term): Child | undefined {
  if (!state.isSimple || !(id instanceof Pid)) return state.children.get(keyOf(id));
  const { template } = state;
  const dynamic = state.dynamics.get(keyOf(id)) ?? state.dynamics.get(keyOf(restarting(id)));
  if (dynamic !== undefined) return { ...template, pid: dynamic.pid };
  return node.processes.find(id) === undefined ? template : undefined;
}

async function terminateById(context: Context, state: SupervisorState, id: Term): Promise<Term> {
  if (state.isSimple && !(id instanceof Pid)) return SIMPLE;
  const child = find(context, state, id);
  if (child === undefined) return NOT_FOUND;
  await terminateChild(context, state.name, child);
  forget(state, child);
  return OK;
}

async function restartById(context: Context, state: SupervisorState, id: Term): Promise<Term> {
  if (state.isSimple) return SIMPLE;
  const child = state.children.get(keyOf(id));
  if (child === undefined) return NOT_FOUND;
  if (child.pid !== UNDEFINED) return error(atom(isRestarting(child.pid) ? "restarting" : "running"));
  const started = await startChild(context, state.name, child);
  if (started.error === undefined) state.update(child, { pid: started.pid });
  return started.answer;
}

function deleteById(state: SupervisorState, id: Term): Term {
  if (state.isSimple) return SIMPLE;
  const child = state.children.get(keyOf(id));
  if (child === undefined) return NOT_FOUND;
  if (child.pid !== UNDEFINED) return error(atom(isRestarting(child.pid) ? "restarting" : "running"));
  state.children.delete(keyOf(id));
  return OK;
}
