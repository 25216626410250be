import { atom, nil, type Atom, type Pid, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { call, caseOf, external, fun, name, number, tupleOf, variable } from "./abstract-form.js";
import { askEach } from "./batch.js";
import { pidOf } from "./decode.js";
import { atomName, atomNames, listElements, tupleElements } from "../terms/access.js";
import { callEach, infoEach, mapEach } from "./each-process.js";
import { requestEach } from "./request-each.js";
import { CallError, DEFAULT_TIMEOUT_MS, invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";
import { ProcessGroup } from "./process-group.js";
import { askPatiently, fateOf } from "./sys.js";

/** A pid as its own node prints it: `<0.123.0>`. */
export function pidText(pid: Pid): string {
  return `<0.${pid.id}.${pid.serial}>`;
}

/** Every process of the node (`erlang:processes/0`). */
export async function processes(target: Target, options: CallOptions = {}): Promise<Pid[]> {
  const answer = await invoke(target, "erlang:processes/0", [], options);
  const pids = listElements(answer)?.map(pidOf);
  if (pids === undefined) throw new UnexpectedAnswer("erlang:processes/0", answer);
  return pids.filter((pid) => pid !== undefined);
}

/** The process that is registered under a name (`erlang:whereis/1`). */
export async function whereis(target: Target, name: Atom, options: CallOptions = {}): Promise<Pid | undefined> {
  return pidOf(await invoke(target, "erlang:whereis/1", [name], options));
}

/** Module, function and arity. */
export interface FunctionName {
  readonly module: string;
  readonly function: string;
  readonly arity: number;
}

export interface ProcessFacts {
  readonly pid: Pid;
  /** The module whose callbacks the process runs, told by its initial call; undefined where that doesn't tell. */
  readonly callbackModule: string | undefined;
  /** True when it was started as a supervisor, whatever its child specification says. */
  readonly isSupervisor: boolean;
  /** What `proc_lib` notes of its start, translated; undefined for a process that proc_lib didn't start. */
  readonly initialCall: FunctionName | undefined;
  /** Where it is now; undefined where the node doesn't tell. */
  readonly currentFunction: FunctionName | undefined;
  readonly registeredName: string | undefined;
  readonly messageQueueLength: number;
}

const ITEMS = ["registered_name", "message_queue_len", "current_function"];

/**
 * Facts of processes, in the order asked, in a few round trips however many they are. A dead process has none, nor has
 * one of another node, which a supervisor may have among its children.
 * @throws CallError when the node can't be asked
 */
export async function processFacts(
  target: Target,
  pids: readonly Pid[],
  options: CallOptions = {},
): Promise<(ProcessFacts | undefined)[]> {
  const isLocal = (pid: Pid): boolean => pid.node.name === target.identity.node;
  const local = pids.filter(isLocal);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const outcomes = await infoEach(target, new ProcessGroup(local), ITEMS, timeoutMs);
  let next = 0;
  return pids.map((pid) => (isLocal(pid) ? factsOf(pid, outcomes[next++]!) : undefined));
}

function factsOf(pid: Pid, outcome: Outcome): ProcessFacts | undefined {
  if (outcome.kind !== "returned") throw new CallError("erlang:process_info/2", outcome);
  const [initialCall, info] = tupleElements(outcome.value, 2) ?? [];
  const values = listElements(info)?.map((item) => tupleElements(item, 2)?.[1]);
  if (values === undefined || initialCall === undefined) return undefined;
  const [name, queue, current] = values;
  return {
    pid,
    ...readInitialCall(functionName(initialCall)),
    registeredName: atomName(name),
    messageQueueLength: Number(queue ?? 0),
    currentFunction: functionName(current),
  };
}

function functionName(term: Term | undefined): FunctionName | undefined {
  const [module, fun, arity] = tupleElements(term, 3) ?? [];
  const names = [atomName(module), atomName(fun)];
  if (names[0] === undefined || names[1] === undefined) return undefined;
  return { module: names[0], function: names[1], arity: Number(arity) };
}

/**
 * What `proc_lib:translate_initial_call/1` tells: a behaviour starts in `{Module, init, 1}`, a supervisor is translated
 * to `{supervisor, Module, 1}` (Elixir's DynamicSupervisor says the same), a `supervisor_bridge` likewise, an event
 * manager has started in `{gen_event, init_it, _}`, and `{proc_lib, init_p, _}` says nothing.
 */
function readInitialCall(
  call: FunctionName | undefined,
): Pick<ProcessFacts, "callbackModule" | "isSupervisor" | "initialCall"> {
  if (call === undefined || call.module === "proc_lib") {
    return { callbackModule: undefined, isSupervisor: false, initialCall: undefined };
  }
  const isSupervisor = call.module === "supervisor";
  const isTranslated = isSupervisor || call.module === "supervisor_bridge";
  return { callbackModule: isTranslated ? call.function : call.module, isSupervisor, initialCall: call };
}

/** `element(1, Frame)` of each frame of the stack; an empty list for a dead process. */
const STACK_MODULES = fun(
  "Pid",
  caseOf(call("erlang:process_info/2", variable("Pid"), name("current_stacktrace")), [
    [
      tupleOf(name("current_stacktrace"), variable("Stack")),
      call(
        "lists:zipwith/3",
        external("erlang:element/2"),
        call("lists:duplicate/2", call("erlang:length/1", variable("Stack")), number(1)),
        variable("Stack"),
      ),
    ],
    [variable("_"), variable("None")],
  ]),
);

/** The modules whose functions each process is in now, the innermost first, each once (`current_stacktrace`), in order. */
export async function stackModules(target: Target, pids: readonly Pid[], timeoutMs: number): Promise<string[][]> {
  const outcomes = await mapEach(target, new ProcessGroup(pids), STACK_MODULES, { None: nil }, timeoutMs);
  return outcomes.map((outcome) => (outcome.kind === "returned" ? [...new Set(atomNames(outcome.value) ?? [])] : []));
}

/** Which of the modules export the function, `erlang:function_exported/3`: only what is loaded does. */
export async function modulesExporting(
  target: Target,
  modules: readonly string[],
  fun: string,
  arity: number,
  options: CallOptions = {},
): Promise<Set<string>> {
  const args = modules.map((module) => [atom(module), atom(fun), arity]);
  const outcomes = await askEach(target, "erlang:function_exported/3", args, options);
  return new Set(
    modules.filter((_, index) => {
      const outcome = outcomes[index]!;
      return outcome.kind === "returned" && atomName(outcome.value) === "true";
    }),
  );
}

/**
 * The modules that each `dynamic` child answers, asked as `release_handler_1:maybe_get_dynamic_mods/2` does, in order;
 * `gone` for a child that has ended, undefined for one that doesn't answer with a list of modules.
 */
export async function dynamicModules(
  target: Target,
  pids: readonly Pid[],
  timeoutMs: number,
): Promise<(readonly string[] | "gone" | undefined)[]> {
  const [first] = pids;
  if (first === undefined) return [];
  // The message is tagged with the pid of who asks; whoever answers takes no notice of it, so any pid will do.
  const outcomes = await askPatiently(new ProcessGroup(pids), timeoutMs, async (group, time) =>
    (await requestEach(target, group, first, atom("get_modules"), time)).answered("gen:send_request/3"),
  );
  return outcomes.toArray().map((outcome) => {
    if (outcome.kind === "returned") return atomNames(outcome.value);
    return fateOf(outcome) === "gone" ? "gone" : undefined;
  });
}

/** Which of the processes run old code of the module (`erlang:check_process_code/2`). */
export async function processesOnOldCode(
  target: Target,
  module: string,
  pids: readonly Pid[],
  options: CallOptions = {},
): Promise<Pid[]> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const called = "erlang:check_process_code/2";
  const outcomes = (await callEach(target, called, new ProcessGroup(pids), [atom(module)], timeoutMs)).answered(called);
  return pids.filter((_, index) => {
    const outcome = outcomes.at(index);
    return outcome.kind === "returned" && atomName(outcome.value) === "true";
  });
}
