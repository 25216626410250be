import { type Atom, Pid, type Reference, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { send } from "../process/post.js";
import { raiseExit } from "../process/raised.js";
import { exitTo, link } from "../process/signals.js";
import { NORMAL, at, elementsOf, error, isNamed, isTagged, ok } from "../support/term.js";
import { catchCall } from "./master.js";
import type { ApplicationSpec } from "./spec.js";

class Started {
  readonly top: Pid;
  readonly state: Term;
  constructor(top: Pid, state: Term) {
    this.top = top;
    this.state = state;
  }
}

/**
 * The process between an application's master and its top supervisor (`application_master:start_it/4`): it calls the
 * start function, and later prep_stop and stop.
 */
export async function runStarter(
  context: Context,
  spec: ApplicationSpec,
  options: { tag: Reference; master: Pid; type: Term },
): Promise<void> {
  const { node, self } = context;
  const { tag, master, type } = options;
  self.trapExit = true;
  const module = callbackOf(spec);
  const started = await start(context, spec, module, type);
  if (!(started instanceof Started)) {
    send(node.processes, master, tuple(tag, started));
    return;
  }
  send(node.processes, master, tuple(tag, ok(self.pid)));
  await loop(context, master, module.module, started);
}

/** The module that is called, also where `application_starter` stands before it. */
function callbackOf(spec: ApplicationSpec): { module: Atom; args: Term } {
  const { module, args } = spec.mod!;
  if (module.name !== "application_starter") return { module, args };
  const [inner, innerArgs] = elementsOf(args) ?? [];
  return { module: inner as Atom, args: innerArgs ?? list() };
}

async function start(
  context: Context,
  spec: ApplicationSpec,
  callback: { module: Atom; args: Term },
  type: Term,
): Promise<Started | Term> {
  const { node, self } = context;
  const { module, args } = callback;
  const call = tuple(module, atom("start"), list(type, args));
  const result = await catchCall(context, module, "start", [type, args]);
  if ((isTagged(result, "ok", 2) || isTagged(result, "ok", 3)) && at(result, 1) instanceof Pid) {
    const top = at(result, 1) as Pid;
    link(node.processes, self, top);
    const failed = await startPhases(context, spec, type);
    return failed ?? new Started(top, result.arity === 3 ? at(result, 2) : list());
  }
  if (isTagged(result, "EXIT", 2) && isNamed(at(result, 1), "normal")) return error(tuple(result, call));
  if (isTagged(result, "error", 2)) return error(tuple(at(result, 1), call));
  return error(tuple(atom("bad_return"), tuple(call, result)));
}

/** `application_starter:start/3`: each phase in the application itself, then in the included ones that have it. */
async function startPhases(context: Context, spec: ApplicationSpec, type: Term): Promise<Term | undefined> {
  const { applications } = context.node;
  for (const phase of elementsOf(spec.startPhases) ?? []) {
    const name = at(phase as Tuple, 0);
    const including = spec.mod?.module.name === "application_starter" ? spec.includedApplications : [];
    for (const application of [spec.name, ...including]) {
      const own = applications.loaded.get(application) ?? spec;
      const found = (elementsOf(own.startPhases) ?? []).find((item) => at(item as Tuple, 0) === name);
      if (found === undefined || own.mod === undefined) continue;
      const { module } = callbackOf(own);
      const args = [name, type, at(found as Tuple, 1)];
      const result = await catchCall(context, module, "start_phase", args);
      if (isNamed(result, "ok")) continue;
      const call = tuple(module, atom("start_phase"), list(...args));
      if (isTagged(result, "error", 2)) return error(tuple(at(result, 1), call));
      return error(tuple(atom("bad_return"), tuple(call, result)));
    }
  }
  return undefined;
}

/** `application_master:loop_it/4`. */
async function loop(context: Context, master: Pid, module: Atom, { top, state }: Started): Promise<never> {
  const { node, self } = context;
  for (;;) {
    const message = (await self.receive((waiting) => waiting))!;
    if (!(message instanceof Tuple)) continue;
    if (at(message, 0) === master && isNamed(message.elements[1], "get_child")) {
      send(node.processes, master, tuple(atom("child"), at(message, 2), top, module));
    } else if (at(message, 0) === master && isNamed(message.elements[1], "terminate")) {
      return await stop(context, module, state, NORMAL, () => endTop(context, top, atom("shutdown")));
    } else if (isTagged(message, "EXIT", 3) && at(message, 1) === master) {
      return await stop(context, module, state, at(message, 2), () => endTop(context, top, at(message, 2)));
    } else if (isTagged(message, "EXIT", 3) && at(message, 1) === top) {
      return await stop(context, module, state, at(message, 2), () => Promise.resolve());
    }
  }
}

/** prep_stop, the end of the supervision tree, stop; then the process ends with `reason`. */
async function stop(
  context: Context,
  module: Atom,
  state: Term,
  reason: Term,
  endTree: () => Promise<void>,
): Promise<never> {
  const { node } = context;
  let final = state;
  if (node.has(module, "prep_stop", 1)) {
    const prepared = await catchCall(context, module, "prep_stop", [state]);
    if (!isTagged(prepared, "EXIT", 2)) final = prepared;
  }
  await endTree();
  await catchCall(context, module, "stop", [final]);
  return raiseExit(reason);
}

async function endTop({ node, self }: Context, top: Pid, reason: Term): Promise<void> {
  exitTo(node.processes, self, top, reason);
  await self.receive((message) => (isTagged(message, "EXIT", 3) && at(message, 1) === top ? message : undefined));
}
