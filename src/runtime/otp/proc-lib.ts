import { Atom, List, type Pid, type Reference, type Term, Tuple, atom, list, nil, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { type Process } from "../process/process.js";
import { type Raised, exitReason } from "../process/raised.js";
import { demonitor, downReason, sendExit, unlink } from "../process/signals.js";
import { at, elementsOf, error, isNamed, isTagged, keyOf } from "../support/term.js";

const ANCESTORS = atom("$ancestors");
const INITIAL_CALL = atom("$initial_call");
const ACK = atom("ack");

/** Module, function, arity: what `proc_lib:translate_initial_call/1` gives. */
export interface TranslatedCall {
  readonly module: Atom;
  readonly function: Atom;
  readonly arity: number;
}

export interface StartOptions {
  readonly link: boolean;
  readonly timeoutMs: number | "infinity";
  /** What proc_lib notes as `$initial_call`. */
  readonly call: TranslatedCall;
}

/** `put/2`. */
export function putDictionary(self: Process, key: Term, value: Term): Term | undefined {
  const entry = keyOf(key);
  const before = self.dictionary.get(entry)?.[1];
  self.dictionary.set(entry, [key, value]);
  return before;
}

/** `get/1`. */
export function getDictionary(self: Process, key: Term): Term | undefined {
  return self.dictionary.get(keyOf(key))?.[1];
}

/** The process dictionary as `get/0` gives it. */
export function dictionaryTerm(self: Process): List {
  return list(...[...self.dictionary.values()].reverse().map(([key, value]) => tuple(key, value)));
}

/** `proc_lib:spawn/3` and its kin: a process that notes its ancestors and reports a crash. */
export function spawnProc(
  context: Context,
  call: TranslatedCall,
  entry: (context: Context) => unknown,
  options: { readonly link?: boolean; readonly monitor?: boolean } = {},
): { readonly pid: Pid; readonly monitor: Reference | undefined } {
  const { node, self } = context;
  const parent = self.registeredName ?? self.pid;
  const ancestors = getDictionary(self, ANCESTORS);
  const { process, monitor } = node.processes.spawn((child) => entry(node.context(child)), {
    initialCall: { module: atom("proc_lib"), function: atom("init_p"), arity: 5 },
    parent: self,
    link: options.link ?? false,
    monitor: options.monitor ?? false,
    onRaised: (child, raised) => crashed(node.context(child), raised),
  });
  putDictionary(process, ANCESTORS, new List([parent], ancestors instanceof List ? ancestors : nil));
  putDictionary(process, INITIAL_CALL, tuple(call.module, call.function, call.arity));
  return { pid: process.pid, monitor };
}

function crashed({ node, self }: Context, raised: Raised): Term {
  const reason = exitReason(raised);
  const isOrdinary = isNamed(reason, "normal") || isNamed(reason, "shutdown") || isTagged(reason, "shutdown", 2);
  if (raised.class !== "exit" || !isOrdinary) {
    node.emit({
      kind: "crash_report",
      pid: self.pid,
      registeredName: self.registeredName?.name,
      initialCall: getDictionary(self, INITIAL_CALL) ?? nil,
      class: raised.class,
      reason: raised.reason,
      stack: raised.trace ?? nil,
    });
  }
  return reason;
}

/** `proc_lib:start/5`, `start_link/5`: starts a process and waits until it says what became of it (init_ack). */
export async function startProc(
  context: Context,
  options: StartOptions,
  entry: (context: Context) => unknown,
): Promise<Term> {
  const { node, self } = context;
  const { pid, monitor } = spawnProc(context, options.call, entry, { link: options.link, monitor: !options.link });
  const answer = await self.receive((message) => {
    if (isTagged(message, "ack", 3) && at(message, 1) === pid) return at(message, 2);
    if (options.link) return isTagged(message, "EXIT", 3) && at(message, 1) === pid ? error(at(message, 2)) : undefined;
    const reason = downReason(message, monitor!);
    return reason === undefined ? undefined : error(reason);
  }, options.timeoutMs);
  if (monitor !== undefined) demonitor(node.processes, self, monitor);
  if (answer !== undefined) return answer;
  killAndFlush(context, pid);
  return error(atom("timeout"));
}

function killAndFlush({ node, self }: Context, pid: Pid): void {
  unlink(self, pid);
  const target = node.processes.find(pid);
  if (target !== undefined) sendExit(node.processes, self.pid, target, atom("kill"), "exit");
  self.mailbox.take((message) => (isTagged(message, "EXIT", 3) && at(message, 1) === pid ? message : undefined));
}

/** `proc_lib:init_ack/2`. */
export function initAck({ node, self }: Context, starter: Pid, result: Term): void {
  node.processes.find(starter)?.deliver(tuple(ACK, self.pid, result));
}

/** The pid of the parent that proc_lib noted first among the ancestors, as `gen:get_parent/0`. */
export function parentOf({ node, self }: Context): Pid | undefined {
  const [first] = elementsOf(getDictionary(self, ANCESTORS)) ?? [];
  if (first instanceof Atom) return node.processes.names.get(first.name)?.pid;
  return first instanceof Object && first.kind === "pid" ? first : undefined;
}

/** `$initial_call` of a process dictionary; undefined when proc_lib didn't start the process. */
export function notedInitialCall(dictionary: Term | undefined): Tuple | undefined {
  for (const entry of elementsOf(dictionary) ?? []) {
    if (entry instanceof Tuple && at(entry, 0) === INITIAL_CALL) {
      const call = entry.elements[1];
      return call instanceof Tuple && call.arity === 3 ? call : undefined;
    }
  }
  return undefined;
}
