import { Atom, type Pid, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import { equals } from "../../terms/equal.js";
import { type Context, HostState, hold } from "../context.js";
import { genReply } from "../otp/gen.js";
import { callServer } from "../otp/gen-server.js";
import { send } from "../process/post.js";
import { raiseError } from "../process/raised.js";
import { unlink } from "../process/signals.js";
import { FALSE, NORMAL, OK, TRUE, at, elementsOf, error, isNamed, isTagged } from "../support/term.js";
import { applyConfigChange, changeApplicationData, environmentBefore } from "./config-change.js";
import { loadApplication } from "./load.js";
import { callMaster, startMaster } from "./master.js";
import type { RestartType, Running } from "./table.js";

/** The gen_server callbacks of application_controller.erl. */

export const CONTROLLER = atom("application_controller");

interface Starting {
  readonly name: string;
  readonly type: RestartType;
}

/** What the controller knows besides the table that everyone may read. */
class ControllerState extends HostState {
  starting: readonly Starting[] = [];
  /** Who waits for the start of an application. */
  requests: readonly { readonly name: string; readonly from: Term }[] = [];
  override toTerm(): Term {
    const starting = this.starting.map(({ name, type }) => tuple(atom(name), atom(type)));
    return tuple(atom("state"), list(...starting));
  }
}

const stateOf = (held: Term): ControllerState => held as unknown as ControllerState;
const reply = (answer: Term, held: Term): Term => tuple(atom("reply"), answer, held);
const noreply = (held: Term): Term => tuple(atom("noreply"), held);

export function init({ self }: Context): Term {
  self.trapExit = true;
  return tuple(OK, hold(new ControllerState()));
}

/** Asks the controller. */
export async function askController(
  context: Context,
  request: Term,
  timeoutMs: number | "infinity" = "infinity",
): Promise<Term> {
  return await callServer(context, CONTROLLER, request, timeoutMs);
}

export async function handleCall(context: Context, request: Term, from: Term, held: Term): Promise<Term> {
  const { applications } = context.node;
  if (isNamed(request, "which_applications")) {
    return reply(list(...applications.running.map(({ name }) => applications.entry(name))), held);
  }
  if (isNamed(request, "prep_config_change")) return reply(environmentBefore(context.node), held);
  if (isTagged(request, "config_change", 2)) return reply(await applyConfigChange(context, at(request, 1)), held);
  if (isTagged(request, "change_application_data", 3)) {
    return reply(changeApplicationData(context.node, at(request, 1), at(request, 2)), held);
  }
  if (isTagged(request, "load_application", 2)) return reply(loadApplication(context.node, at(request, 1)), held);
  if (isTagged(request, "unload_application", 2)) return reply(unload(context, at(request, 1)), held);
  if (isTagged(request, "start_application", 3)) {
    const answer = start(context, stateOf(held), at(request, 1), at(request, 2), from);
    return answer === undefined ? noreply(held) : reply(answer, held);
  }
  if (isTagged(request, "stop_application", 2)) return reply(await stop(context, at(request, 1)), held);
  if (isTagged(request, "is_running", 2)) {
    return reply(applications.isRunning(nameOf(at(request, 1))) ? TRUE : FALSE, held);
  }
  if (request instanceof Tuple && isNamed(request.elements[0], "set_env")) return reply(setEnv(context, request), held);
  if (isTagged(request, "unset_env", 3)) {
    applications.environment.get(nameOf(at(request, 1)))?.delete(nameOf(at(request, 2)));
    return reply(OK, held);
  }
  return raiseError("function_clause");
}

const nameOf = (term: Term): string => (term instanceof Atom ? term.name : "");

function unload({ node }: Context, name: Term): Term {
  if (node.applications.isRunning(nameOf(name))) return error(tuple(atom("running"), name));
  if (!node.applications.loaded.has(nameOf(name))) return error(tuple(atom("not_loaded"), name));
  node.applications.unload(nameOf(name));
  return OK;
}

/** `{set_env, App, Key, Value}` and `{set_env, Config}`. */
function setEnv({ node }: Context, request: Tuple): Term {
  if (request.arity === 4) {
    node.applications.setEnv(nameOf(at(request, 1)), nameOf(at(request, 2)), at(request, 3));
    return OK;
  }
  for (const entry of elementsOf(at(request, 1)) ?? []) {
    const [name, environment] = (entry as Tuple).elements;
    for (const item of elementsOf(environment) ?? []) {
      const [key, value] = (item as Tuple).elements;
      node.applications.setEnv(nameOf(name!), nameOf(key!), value!);
    }
  }
  return OK;
}

/** Begins a start; the answer when it can't be begun, undefined when it comes later. */
function start(context: Context, state: ControllerState, name: Term, type: Term, from: Term): Term | undefined {
  const { applications } = context.node;
  const application = nameOf(name);
  if (state.requests.some((request) => request.name === application)) {
    state.requests = [{ name: application, from }, ...state.requests];
    return undefined;
  }
  if (!isRestartType(type)) return error(tuple(atom("invalid_restart_type"), type));
  const spec = applications.loaded.get(application);
  if (spec === undefined) return error(tuple(atom("not_loaded"), name));
  if (applications.isRunning(application)) return error(tuple(atom("already_started"), name));
  const isStarted = (needed: string): boolean => applications.started.some((started) => started.name === needed);
  const missing = spec.applications.find((needed) => !isStarted(needed) && !spec.optionalApplications.includes(needed));
  if (missing !== undefined) return error(tuple(atom("not_started"), atom(missing)));
  state.starting = [{ name: application, type: type.name as RestartType }, ...state.starting];
  state.requests = [{ name: application, from }, ...state.requests];
  spawnStarter(context, application);
  return undefined;
}

function isRestartType(type: Term): type is Atom {
  return type instanceof Atom && ["permanent", "transient", "temporary"].includes(type.name);
}

/** Starts the application in a process of its own, so that the controller can go on serving. */
function spawnStarter({ node, self }: Context, name: string): void {
  node.processes.spawn(
    async (starter) => {
      starter.trapExit = true;
      const spec = node.applications.loaded.get(name)!;
      const result =
        spec.mod === undefined ? tuple(OK, atom("undefined")) : await startMaster(node.context(starter), spec, NORMAL);
      send(
        node.processes,
        CONTROLLER,
        tuple(atom("$gen_cast"), tuple(atom("application_started"), atom(name), result)),
      );
    },
    {
      initialCall: { module: CONTROLLER, function: atom("init_starter"), arity: 4 },
      parent: self,
      link: true,
    },
  );
}

/** `application_controller:handle_application_started/3`. */
export function handleCast(context: Context, request: Term, held: Term): Term {
  if (!isTagged(request, "application_started", 3)) return raiseError("function_clause");
  const { node } = context;
  const state = stateOf(held);
  const name = nameOf(at(request, 1));
  const result = at(request, 2);
  const starting = state.starting.find((entry) => entry.name === name)!;
  const answer = isTagged(result, "ok", 2) ? OK : result;
  for (const waiting of state.requests) if (waiting.name === name) genReply(context, waiting.from, answer);
  state.requests = state.requests.filter((waiting) => waiting.name !== name);
  state.starting = state.starting.filter((entry) => entry !== starting);
  if (isTagged(result, "ok", 2)) {
    const master = at(result, 1);
    const running: Running = { name, master: master instanceof Atom ? undefined : (master as Pid) };
    node.applications.running = [running, ...node.applications.running.filter((other) => other.name !== name)];
    node.applications.started = [starting, ...node.applications.started.filter((other) => other.name !== name)];
    node.emit({ kind: "progress", source: atom(name), started: node.processes.name });
    return noreply(held);
  }
  const reason = isTagged(result, "error", 2) ? at(result, 1) : result;
  reportExit(context, name, reason, starting.type);
  node.applications.masters.delete(name);
  const isNormalExit = reason instanceof Tuple && isTagged(at(reason, 0), "EXIT", 2);
  if (starting.type === "temporary" || (starting.type === "transient" && isNormalExit)) return noreply(held);
  return tuple(atom("stop"), tuple(atom("application_start_failure"), atom(name), reason), held);
}

function reportExit({ node }: Context, application: string, reason: Term, type: string): void {
  node.emit({ kind: "application_exited", application, reason, type: atom(type) });
}

async function stop(context: Context, name: Term): Promise<Term> {
  const { node, self } = context;
  const { applications } = node;
  const running = applications.running.find((entry) => entry.name === nameOf(name));
  const started = applications.started.find((entry) => entry.name === nameOf(name));
  if (running === undefined && started === undefined) return error(tuple(atom("not_started"), name));
  if (running?.master !== undefined) {
    unlink(self, running.master);
    await callMaster(context, running.master, atom("stop"));
    applications.masters.delete(running.name);
  }
  if (running !== undefined) reportExit(context, running.name, atom("stopped"), started?.type ?? "temporary");
  applications.running = applications.running.filter((entry) => entry !== running);
  applications.started = applications.started.filter((entry) => entry !== started);
  return OK;
}

/** A master has ended by itself: for a permanent application the whole node ends. */
export function handleInfo(context: Context, message: Term, held: Term): Term {
  if (!isTagged(message, "EXIT", 3)) return noreply(held);
  const { applications } = context.node;
  const ended = applications.running.find(({ master }) => master !== undefined && equals(master, at(message, 1)));
  if (ended === undefined) return noreply(held);
  const reason = at(message, 2);
  applications.masters.delete(ended.name);
  applications.running = applications.running.filter((entry) => entry !== ended);
  const type = applications.started.find(({ name }) => name === ended.name)?.type ?? "temporary";
  reportExit(context, ended.name, reason, type);
  if (type === "temporary" || (type === "transient" && isNamed(reason, "normal"))) return noreply(held);
  return tuple(atom("stop"), tuple(atom("application_terminated"), atom(ended.name), reason), held);
}
