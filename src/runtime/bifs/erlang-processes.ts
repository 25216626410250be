import { Atom, List, Pid, Reference, type Term, atom, list, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { dictionaryTerm, getDictionary, putDictionary } from "../otp/proc-lib.js";
import type { Process } from "../process/process.js";
import type { Spawned } from "../process/table.js";
import { allProcessInfo, isProcessInfoItem, processInfoItem } from "../process/info.js";
import { send, sendAfter } from "../process/post.js";
import { Raised, badarg, raiseError, raiseExit } from "../process/raised.js";
import { demonitor, exitTo, link, monitor, unlink } from "../process/signals.js";
import { FALSE, TRUE, UNDEFINED, bool, elementsOf, isNamed, keyOf, refKey } from "../support/term.js";

/** The functions of module `erlang` about processes. */
export const erlangProcesses: BifModule = {
  "self/0": ({ self }) => self.pid,
  "processes/0": ({ node }) => list(...node.processes.all().map(({ pid }) => pid)),
  "is_process_alive/1": ({ node }, pid) => bool(pid instanceof Pid ? node.processes.find(pid) !== undefined : badarg()),
  "registered/0": ({ node }) => list(...[...node.processes.names.keys()].map((name) => atom(name))),
  "whereis/1": ({ node }, name) => {
    if (!(name instanceof Atom)) return badarg();
    return node.processes.names.get(name.name)?.pid ?? UNDEFINED;
  },
  "register/2": ({ node }, name, pid) => {
    const process = pid instanceof Pid ? node.processes.find(pid) : undefined;
    if (!(name instanceof Atom) || process === undefined) return badarg();
    node.processes.register(name, process);
    return TRUE;
  },
  "unregister/1": ({ node }, name) => {
    if (!(name instanceof Atom)) return badarg();
    node.processes.unregister(name);
    return TRUE;
  },
  "process_info/1": ({ node }, pid) => {
    if (!(pid instanceof Pid)) return badarg();
    const process = node.processes.find(pid);
    return process === undefined ? UNDEFINED : allProcessInfo(process);
  },
  "process_info/2": ({ node }, pid, item) => {
    if (!(pid instanceof Pid) || !node.processes.isLocal(pid)) return badarg();
    return infoItems(node.processes.find(pid), item);
  },
  "spawn/1": (context, fun) => spawnFun(context, fun, {}),
  "spawn_link/1": (context, fun) => spawnFun(context, fun, { link: true }),
  "spawn_monitor/1": (context, fun) => spawnFun(context, fun, { monitor: true }),
  "spawn/3": (context, ...mfa) => spawnCall(context, mfa, {}),
  "spawn_link/3": (context, ...mfa) => spawnCall(context, mfa, { link: true }),
  "spawn_monitor/3": (context, ...mfa) => spawnCall(context, mfa, { monitor: true }),
  "send/2": ({ node }, destination, message) => {
    send(node.processes, destination, message);
    return message;
  },
  "!/2": ({ node }, destination, message) => {
    send(node.processes, destination, message);
    return message;
  },
  "send_after/3": (context, time, destination, message) => startTimer(context, time, destination, () => message),
  "start_timer/3": (context, time, destination, message) =>
    startTimer(context, time, destination, (timer) => tuple(atom("timeout"), timer, message)),
  "cancel_timer/1": ({ node }, timer) => {
    if (!(timer instanceof Reference)) return badarg();
    const key = refKey(timer);
    const left = node.timers.get(key)?.();
    node.timers.delete(key);
    return left ?? FALSE;
  },
  "link/1": ({ node, self }, pid) => {
    if (!(pid instanceof Pid)) return badarg();
    if (node.processes.find(pid) === undefined && !self.trapExit) return raiseError("noproc");
    link(node.processes, self, pid);
    return TRUE;
  },
  "unlink/1": ({ self }, pid) => {
    if (!(pid instanceof Pid)) return badarg();
    unlink(self, pid);
    return TRUE;
  },
  "monitor/2": ({ node, self }, type, target) =>
    isNamed(type, "process") ? monitor(node.processes, self, target) : badarg(),
  "demonitor/1": ({ node, self }, reference) => stopMonitor({ node, self }, reference, false),
  "demonitor/2": ({ node, self }, reference, options) =>
    stopMonitor(
      { node, self },
      reference,
      (elementsOf(options) ?? []).some((option) => isNamed(option, "flush")),
    ),
  "exit/1": (_context, reason) => raiseExit(reason),
  "exit/2": ({ node, self }, pid, reason) => {
    if (!(pid instanceof Pid)) return badarg();
    exitTo(node.processes, self, pid, reason);
    return TRUE;
  },
  "error/1": (_context, reason) => raiseError(reason),
  "error/2": (_context, reason) => raiseError(reason),
  "throw/1": (_context, value) => {
    throw new Raised("throw", value);
  },
  "process_flag/2": ({ self }, flag, value) => {
    // Processes here have no heap of their own: none is the only limit.
    if (isNamed(flag, "max_heap_size")) return value === 0 ? 0 : badarg();
    if (!isNamed(flag, "trap_exit")) return badarg();
    const before = bool(self.trapExit);
    self.trapExit = isNamed(value, "true") || (isNamed(value, "false") ? false : badarg());
    return before;
  },
  "group_leader/0": ({ self }) => self.groupLeader,
  "get/0": ({ self }) => dictionaryTerm(self),
  "get/1": ({ self }, key) => getDictionary(self, key) ?? UNDEFINED,
  "put/2": ({ self }, key, value) => putDictionary(self, key, value) ?? UNDEFINED,
  "erase/1": ({ self }, key) => {
    const before = getDictionary(self, key);
    self.dictionary.delete(keyOf(key));
    return before ?? UNDEFINED;
  },
  "yield/0": async ({ self }) => {
    await self.yield();
    return TRUE;
  },
};

function infoItems(process: Process | undefined, item: Term): Term {
  const items = elementsOf(item);
  const names = (items ?? [item]).map((name) => (name instanceof Atom ? name.name : badarg()));
  if (!names.every(isProcessInfoItem)) return badarg();
  if (process === undefined) return UNDEFINED;
  if (items !== undefined) return list(...names.map((name) => tuple(atom(name), processInfoItem(process, name)!)));
  const [name] = names;
  // The one irregular answer: an unregistered process has no registered_name at all.
  if (name === "registered_name" && process.registeredName === undefined) return list();
  return tuple(atom(name!), processInfoItem(process, name!)!);
}

interface SpawnKind {
  readonly link?: boolean;
  readonly monitor?: boolean;
}

function spawnCall({ node, self }: Context, [module, fun, args]: readonly Term[], kind: SpawnKind): Term {
  if (!(module instanceof Atom) || !(fun instanceof Atom) || !(args instanceof List)) return badarg();
  const initialCall = { module, function: fun, arity: args.elements.length };
  const entry = (child: Process): unknown => node.call(child, module, fun, args.elements);
  return spawnedTerm(node.processes.spawn(entry, { initialCall, parent: self, ...kind }));
}

function spawnFun({ node, self }: Context, fun: Term, kind: SpawnKind): Term {
  const initialCall = { module: atom("erlang"), function: atom("apply"), arity: 2 };
  const entry = (child: Process): unknown => node.apply(child, fun, []);
  return spawnedTerm(node.processes.spawn(entry, { initialCall, parent: self, ...kind }));
}

const spawnedTerm = ({ process, monitor: reference }: Spawned): Term =>
  reference === undefined ? process.pid : tuple(process.pid, reference);

function startTimer({ node }: Context, time: Term, destination: Term, make: (timer: Reference) => Term): Reference {
  if (typeof time !== "number" || time < 0) return badarg();
  const timer = node.processes.makeRef();
  const key = refKey(timer);
  const cancel = sendAfter(node.processes, time, destination, make(timer), () => node.timers.delete(key));
  node.timers.set(key, cancel);
  return timer;
}

function stopMonitor({ node, self }: Context, reference: Term, flush: boolean): Term {
  if (!(reference instanceof Reference)) return badarg();
  demonitor(node.processes, self, reference, flush);
  return TRUE;
}
