import { atom, list, type Pid, type Term } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { pidOf } from "./decode.js";
import { atomName, keyFind, listElements, taggedTuple, textOf, tupleElements } from "../terms/access.js";
import { answered, attempt, invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

export interface RunningApplication {
  readonly name: string;
  readonly description: string;
  readonly vsn: string;
}

function readApplications(called: string, answer: Term): RunningApplication[] {
  const applications = listElements(answer)?.map((each) => {
    const [name, description, vsn] = tupleElements(each, 3) ?? [];
    return { name: atomName(name), description: textOf(description) ?? "", vsn: textOf(vsn) };
  });
  if (applications === undefined || applications.some((each) => each.name === undefined || each.vsn === undefined)) {
    throw new UnexpectedAnswer(called, answer);
  }
  return applications as RunningApplication[];
}

/** The running applications, the last started first, as `application:which_applications/1` gives them. */
export async function whichApplications(target: Target, options: CallOptions = {}): Promise<RunningApplication[]> {
  const answer = await invoke(target, "application:which_applications/1", [options.timeoutMs ?? 5_000], options);
  return readApplications("application:which_applications/1", answer);
}

/** The applications that are loaded, running or not (`application:loaded_applications/0`). */
export async function loadedApplications(target: Target, options: CallOptions = {}): Promise<RunningApplication[]> {
  const called = "application:loaded_applications/0";
  return readApplications(called, await invoke(target, called, [], options));
}

/**
 * The top process of a running application, as `release_handler_1:get_master_procs/3` finds it:
 * `application_controller:get_master/1`, then `application_master:get_child/1`. Undefined for an application without
 * processes (a library); without `top` where the master doesn't answer in time.
 */
export async function topProcess(
  target: Target,
  application: string,
  options: CallOptions = {},
): Promise<{ readonly master: Pid; readonly top: Pid | undefined } | undefined> {
  const master = pidOf(await invoke(target, "application_controller:get_master/1", [atom(application)], options));
  if (master === undefined) return undefined;
  const called = "application_master:get_child/1";
  const outcome = await attempt(target, called, [master], options);
  if (outcome.kind === "unknown" && outcome.cause === "timeout") return { master, top: undefined };
  // An application that stops meanwhile has no child to ask for.
  const answer = answered(called, outcome);
  const top = answer.kind === "returned" ? pidOf(tupleElements(answer.value, 2)?.[0]) : undefined;
  return top === undefined ? undefined : { master, top };
}

/** The application's environment, as `application:get_all_env/1` gives it. */
export async function allEnv(target: Target, application: string, options: CallOptions = {}): Promise<Term> {
  return await invoke(target, "application:get_all_env/1", [atom(application)], options);
}

/** The environments before a change, to be given to {@link configChange} after it. */
export async function prepConfigChange(target: Target, options: CallOptions = {}): Promise<Term> {
  return await invoke(target, "application_controller:prep_config_change/0", [], options);
}

/**
 * Replaces application specifications and merges the configuration into their environments. Gives the reason for which
 * the node refuses them all, undefined where it has taken them.
 * @param specifications `{application, Name, Keys}` terms
 * @param config the terms of the release's `sys.config`
 */
export async function changeApplicationData(
  target: Target,
  specifications: readonly Term[],
  config: Term,
  options: CallOptions = {},
): Promise<Term | undefined> {
  const called = "application_controller:change_application_data/2";
  const answer = await invoke(target, called, [list(...specifications), config], options);
  if (atomName(answer) === "ok") return undefined;
  const reason = taggedTuple(answer, "error", 2)?.[1];
  if (reason === undefined) throw new UnexpectedAnswer(called, answer);
  return reason;
}

/** Calls `config_change/3` of each running application whose environment differs from `before`. Gives the answer. */
export async function configChange(target: Target, before: Term, options: CallOptions = {}): Promise<Term> {
  return await invoke(target, "application_controller:config_change/1", [before], options);
}

/** Whether an application is loaded, running or not (`application:get_key/2`). */
export async function isLoaded(target: Target, application: string, options: CallOptions = {}): Promise<boolean> {
  const answer = await invoke(target, "application:get_key/2", [atom(application), atom("vsn")], options);
  return atomName(answer) !== "undefined";
}

/** How an application was started: `permanent`, `transient` or `temporary`; undefined where it wasn't (`application:info/0`). */
export async function restartType(
  target: Target,
  application: string,
  options: CallOptions = {},
): Promise<Term | undefined> {
  const info = await invoke(target, "application:info/0", [], options);
  return keyFind(keyFind(info, "started"), application);
}
