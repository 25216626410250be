import { Pid, type Term, atom, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { send } from "../process/post.js";
import { UNDEFINED, at, isNamed, isTagged, keyOf } from "../support/term.js";
import { reportError } from "./report.js";
import type { Child } from "./spec.js";
import { isFailedStart, startChild, startChildren, startFunction, terminateChildren } from "./start.js";
import { type SupervisorState, isRestarting, restarting } from "./state.js";

/** What a supervisor does next: go on, or end itself with `shutdown`. */
export type AfterExit = "continue" | "shutdown";

/** `supervisor:restart_child/3`: a linked process has ended. Not a child: nothing happens. */
export async function childExited(
  context: Context,
  state: SupervisorState,
  pid: Term,
  reason: Term,
): Promise<AfterExit> {
  const child = findByPid(state, pid);
  return child === undefined ? "continue" : await afterExit(context, state, child, reason);
}

/** The child with that pid; for a simple_one_for_one supervisor with the arguments it was started with. */
export function findByPid(state: SupervisorState, pid: Term): Child | undefined {
  if (!state.isSimple) return [...state.children.values()].find((child) => keyOf(child.pid) === keyOf(pid));
  const dynamic = state.dynamics.get(keyOf(pid));
  if (dynamic === undefined) return undefined;
  const { template } = state;
  const start = tuple(at(template.start, 0), at(template.start, 1), dynamic.args ?? UNDEFINED);
  return { ...template, pid: dynamic.pid, start };
}

/** `supervisor:do_restart/3`. */
async function afterExit(context: Context, state: SupervisorState, child: Child, reason: Term): Promise<AfterExit> {
  const restart = child.restart.name;
  const isOrdinary = isNamed(reason, "normal") || isNamed(reason, "shutdown") || isTagged(reason, "shutdown", 2);
  if (restart !== "permanent" && isOrdinary) {
    forget(state, child);
    return autoShutdown(state, child);
  }
  reportError(context, state.name, "child_terminated", reason, child);
  if (restart !== "temporary") return await restartChild(context, state, child);
  forget(state, child);
  return autoShutdown(state, child);
}

/** `supervisor:del_child/2`: a temporary child is gone, another one just doesn't run. */
export function forget(state: SupervisorState, child: Child): void {
  if (state.isSimple) state.dynamics.delete(keyOf(child.pid));
  else if (child.restart.name === "temporary") state.children.delete(keyOf(child.id));
  else state.update(child, { pid: UNDEFINED });
}

/** `supervisor:do_auto_shutdown/2`. */
function autoShutdown(state: SupervisorState, child: Child): AfterExit {
  const mode = state.flags.autoShutdown.name;
  if (mode === "never" || !isNamed(child.significant, "true")) return "continue";
  if (mode === "any_significant") return "shutdown";
  if (state.isSimple) return state.dynamics.size === 0 ? "shutdown" : "continue";
  const others = [...state.children.values()];
  const oneIsLeft = others.some(({ pid, significant }) => pid !== UNDEFINED && isNamed(significant, "true"));
  return oneIsLeft ? "continue" : "shutdown";
}

/** `supervisor:restart/2`: restarts by the strategy, unless there were too many restarts in the period. */
export async function restartChild(context: Context, state: SupervisorState, child: Child): Promise<AfterExit> {
  if (!countRestart(context, state)) {
    reportError(context, state.name, "shutdown", atom("reached_max_restart_intensity"), child);
    forget(state, child);
    return "shutdown";
  }
  const tryAgain = await restartByStrategy(context, state, child);
  // Later, so that the supervisor can take other requests first.
  if (tryAgain !== undefined) {
    const again = tuple(atom("$gen_cast"), tuple(atom("try_again_restart"), tryAgain));
    send(context.node.processes, context.self.pid, again);
  }
  return "continue";
}

/** `supervisor:add_restart/1`: false when there are more than the intensity allows. */
function countRestart({ node }: Context, state: SupervisorState): boolean {
  const nowS = Math.floor(node.clock.monotonicMs() / 1000);
  const since = nowS - state.flags.periodS;
  state.restarts = [nowS, ...state.restarts.filter((restartS) => restartS >= since)];
  return state.restarts.length <= state.flags.intensity;
}

/** Gives which child is to be tried again; undefined when all are running. */
async function restartByStrategy(context: Context, state: SupervisorState, child: Child): Promise<Term | undefined> {
  switch (state.flags.strategy.name) {
    case "simple_one_for_one":
      return await restartDynamic(context, state, child);
    case "one_for_one":
      return await restartOne(context, state, child);
    case "rest_for_one":
      return await restartMany(context, state, child, keysFrom(state, child));
    default:
      return await restartMany(context, state, child, [...state.children.keys()]);
  }
}

async function restartDynamic(context: Context, state: SupervisorState, child: Child): Promise<Term | undefined> {
  const args = at(child.start, 2);
  if (isRestarting(child.pid)) state.dynamicRestarts--;
  state.dynamics.delete(keyOf(child.pid));
  const started = await startFunction(context, child.start, args);
  if (started.error === undefined) {
    if (started.pid instanceof Pid) state.addDynamic(started.pid, args);
    return undefined;
  }
  const pid = restarting(child.pid);
  state.dynamicRestarts++;
  state.addDynamic(pid, args);
  reportError(context, state.name, "start_error", started.error, child);
  return pid;
}

async function restartOne(context: Context, state: SupervisorState, child: Child): Promise<Term | undefined> {
  const started = await startChild(context, state.name, child);
  if (started.error === undefined) {
    state.update(child, { pid: started.pid });
    return undefined;
  }
  state.update(child, { pid: restarting(child.pid) });
  reportError(context, state.name, "start_error", started.error, child);
  return child.id;
}

/** The child and those that were started after it. */
function keysFrom(state: SupervisorState, child: Child): string[] {
  const keys = [...state.children.keys()];
  return keys.slice(keys.indexOf(keyOf(child.id)));
}

/** `supervisor:restart_multiple_children/3`: ends them, the last first, and starts them again in order. */
async function restartMany(
  context: Context,
  state: SupervisorState,
  child: Child,
  keys: readonly string[],
): Promise<Term | undefined> {
  state.update(child, { pid: UNDEFINED });
  const affected = new Map(keys.map((key) => [key, state.children.get(key)!]));
  const others = [...state.children].filter(([key]) => !affected.has(key));
  const ended = await terminateChildren(context, state.name, affected);
  const result = await startChildren(context, state.name, ended);
  if (!isFailedStart(result)) {
    state.children = new Map([...others, ...result]);
    return undefined;
  }
  const { failed, children } = result;
  const wasThis = keyOf(failed.id) === keyOf(child.id);
  const pid = wasThis ? restarting(child.pid) : tuple(atom("restarting"), UNDEFINED);
  children.set(keyOf(failed.id), { ...failed, pid });
  state.children = new Map([...others, ...children]);
  return failed.id;
}
