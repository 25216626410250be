import { type Atom, List, type Pid, type Reference, type Term, atom, list } from "../../terms/term.js";
import { TailCall } from "../context.js";
import { getDictionary, putDictionary } from "../otp/proc-lib.js";
import { send as sendMessage } from "../process/post.js";
import { Raised, raiseError, raiseExit } from "../process/raised.js";
import { exitTo, demonitor as stopMonitor } from "../process/signals.js";
import { callOtp, callOtpNow, current } from "./current.js";

/** Processes for module authors, as OTP's module `erlang` has them. */

/** The pid of this process. */
export const self = (): Pid => current().self.pid;

/** Sends a message to a pid, a registered name or `{Name, Node}`. */
export function send(destination: Term, message: Term): void {
  sendMessage(current().node.processes, destination, message);
}

export interface ReceiveOptions {
  /** Which messages to take; the others stay in the mailbox. Default: every one. */
  readonly match?: (message: Term) => boolean;
  /** How long to wait. Default: for ever. */
  readonly timeoutMs?: number;
}

/** Waits for a message. Gives undefined after the timeout. */
export async function receive(options: ReceiveOptions = {}): Promise<Term | undefined> {
  const { match = () => true, timeoutMs = "infinity" } = options;
  return await current().self.receive((message) => (match(message) ? message : undefined), timeoutMs);
}

/** Waits. Messages that come meanwhile stay in the mailbox. */
export async function sleep(ms: number): Promise<void> {
  await current().self.receive(() => undefined, ms);
}

/** Lets other processes run. */
export const yieldNow = (): Promise<void> => current().self.yield();

type Entry = () => unknown;

interface SpawnKind {
  readonly link?: boolean;
  readonly monitor?: boolean;
}

/** The process runs `entry` in the code version of the module that spawns it, until it makes an external call. */
function start(kind: SpawnKind, entry: Entry): { pid: Pid; monitor: Reference | undefined } {
  const { node, self: parent } = current();
  const version = parent.frames.at(-1);
  const { process, monitor: reference } = node.processes.spawn(
    async () => {
      const result = await entry();
      if (result instanceof TailCall) {
        process.frames.length = 0;
        await node.call(process, result.module, result.function, result.args);
      }
    },
    {
      initialCall: { module: version?.name ?? atom("erlang"), function: atom("apply"), arity: 2 },
      parent,
      ...kind,
    },
  );
  if (version !== undefined) process.frames.push(version);
  return { pid: process.pid, monitor: reference };
}

/** Starts a process that runs `entry`. */
export const spawn = (entry: Entry): Pid => start({}, entry).pid;
/** Starts a process and links to it. */
export const spawn_link = (entry: Entry): Pid => start({ link: true }, entry).pid;
/** Starts a process and monitors it. */
export function spawn_monitor(entry: Entry): { pid: Pid; monitor: Reference } {
  const { pid, monitor: reference } = start({ monitor: true }, entry);
  return { pid, monitor: reference! };
}

export const link = (pid: Pid): void => void callOtpNow("erlang", "link", pid);
export const unlink = (pid: Pid): void => void callOtpNow("erlang", "unlink", pid);
export const monitor = (target: Term): Reference =>
  callOtpNow("erlang", "monitor", atom("process"), target) as Reference;
/** Ends a monitor and drops its message if it came already. */
export function demonitor(reference: Reference): void {
  const { node, self: owner } = current();
  stopMonitor(node.processes, owner, reference);
}

/** Has exit signals come as messages `{'EXIT', Pid, Reason}` instead of ending this process. Gives what it was before. */
export function trap_exit(on: boolean): boolean {
  const { self: process } = current();
  const before = process.trapExit;
  process.trapExit = on;
  return before;
}

/** Ends this process with a reason. @throws Raised always */
export const exit = (reason: Term): never => raiseExit(reason);
/** Raises an error with a reason. @throws Raised always */
export const error = (reason: Term): never => raiseError(reason);
/** Throws a term. @throws Raised always */
export function throw_(value: Term): never {
  throw new Raised("throw", value);
}
/** Sends an exit signal to another process. */
export function exit_signal(pid: Pid, reason: Term): void {
  const { node, self: from } = current();
  exitTo(node.processes, from, pid, reason);
}

export const register = (name: Atom, pid: Pid): void => void callOtpNow("erlang", "register", name, pid);
export const unregister = (name: Atom): void => void callOtpNow("erlang", "unregister", name);
/** The pid that has a name; undefined when there is none. */
export function whereis(name: Atom): Pid | undefined {
  return current().node.processes.names.get(name.name)?.pid;
}

/** Sends a message later. The timer ends with the process it is addressed to. */
export const send_after = (ms: number, destination: Term, message: Term): Reference =>
  callOtpNow("erlang", "send_after", ms, destination, message) as Reference;
/** Gives the milliseconds that were left, or `false`. */
export const cancel_timer = (timer: Reference): Term => callOtpNow("erlang", "cancel_timer", timer);

export const make_ref = (): Reference => current().node.processes.makeRef();
/** Milliseconds of a clock that never goes back. */
export const monotonic_time = (): number => Math.floor(current().node.clock.monotonicMs());
export const node = (): Atom => current().node.processes.name;

/** Puts a value into the process dictionary; gives the one before. */
export const put = (key: Term, value: Term): Term | undefined => putDictionary(current().self, key, value);
/** A value of the process dictionary. */
export const get = (key: Term): Term | undefined => getDictionary(current().self, key);

/** An external call: `Module:Function(Args...)` in the module's current code. */
export const apply = (module: Atom, fun: Atom, args: List | readonly Term[]): Promise<Term> =>
  callOtp("erlang", "apply", module, fun, args instanceof List ? args : list(...args));

/**
 * Returned from a function, it makes an external call in place of the function: the code that returns it is off the
 * stack then. This is how a loop moves to new code: `return tailcall(atom("my_loop"), atom("loop"), [state])`.
 */
export const tailcall = (module: Atom, fun: Atom, args: readonly Term[]): TailCall => new TailCall(module, fun, args);
