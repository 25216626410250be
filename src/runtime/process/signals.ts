import { Atom, Pid, Reference, type Term, Tuple, atom, tuple } from "../../terms/term.js";
import { isNamed, refKey } from "../support/term.js";
import { isNameAndNode, resolve } from "./post.js";
import type { Process } from "./process.js";
import { badarg } from "./raised.js";
import type { ProcessTable } from "./table.js";

const EXIT = atom("EXIT");
const DOWN = atom("DOWN");
const NOPROC = atom("noproc");
const KILLED = atom("killed");

/**
 * An exit signal from `from` to `target`: what exit/2 sends (`via` "exit"), or what a link carries (`via` "link").
 * As the emulator: `kill` sent by exit/2 can't be trapped and kills with `killed`; `normal` ends nobody but its sender.
 */
export function sendExit(table: ProcessTable, from: Pid, target: Process, reason: Term, via: "exit" | "link"): void {
  if (!target.alive) return;
  if (via === "exit" && isNamed(reason, "kill")) table.terminate(target, KILLED);
  else if (target.trapExit) target.deliver(tuple(EXIT, from, reason));
  else if (!isNamed(reason, "normal") || (via === "exit" && from === target.pid)) table.terminate(target, reason);
}

/** `erlang:exit/2`, to a pid. */
export function exitTo(table: ProcessTable, from: Process, pid: Pid, reason: Term): void {
  const target = table.find(pid);
  if (target !== undefined) sendExit(table, from.pid, target, reason, "exit");
}

/** `erlang:link/1`. Linking to a dead process gives an exit signal with reason `noproc`. */
export function link(table: ProcessTable, self: Process, pid: Pid): void {
  const target = table.find(pid);
  if (target === self) return;
  if (target === undefined) {
    sendExit(table, pid, self, NOPROC, "link");
    return;
  }
  self.links.set(target.pid.id, target);
  target.links.set(self.pid.id, self);
}

/** `erlang:unlink/1`. */
export function unlink(self: Process, pid: Pid): void {
  self.links.get(pid.id)?.links.delete(self.pid.id);
  self.links.delete(pid.id);
}

/**
 * `erlang:monitor(process, Target)`, with `alias` also `[{alias, demonitor}]`: the reference is then an address too.
 * @throws Raised badarg for what is neither a pid, a name nor `{Name, Node}`
 */
export function monitor(table: ProcessTable, self: Process, target: Term, alias = false): Reference {
  const reference = table.makeRef();
  const found = resolve(table, target);
  const object = target instanceof Atom ? tuple(target, table.name) : target;
  if (!(target instanceof Pid) && !(target instanceof Atom) && !isNameAndNode(target)) return badarg();
  if (found === undefined) {
    const reason = isElsewhere(table, target) ? atom("noconnection") : NOPROC;
    self.deliver(tuple(DOWN, reference, atom("process"), object, reason));
    return reference;
  }
  // Nobody can be told of its own end.
  if (found !== self) table.watch(self, found, reference, object);
  if (alias) table.aliases.set(refKey(reference), self);
  return reference;
}

function isElsewhere(table: ProcessTable, target: Term): boolean {
  if (target instanceof Pid) return target.node !== table.name;
  return isNameAndNode(target) && target.elements[1] !== table.name;
}

/** `erlang:demonitor(Reference, [flush])` with `flush`, else `erlang:demonitor/1`. True when there was a monitor. */
export function demonitor(table: ProcessTable, self: Process, reference: Reference, flush = true): boolean {
  const key = refKey(reference);
  const held = self.monitors.get(key);
  self.monitors.delete(key);
  held?.target?.watchers.delete(key);
  table.aliases.delete(key);
  if (held === undefined && flush) {
    self.mailbox.take((message) => (isDown(message, reference) ? message : undefined));
  }
  return held !== undefined;
}

/** True for the 'DOWN' message of this monitor. */
export function isDown(message: Term, reference: Reference): boolean {
  return downReason(message, reference) !== undefined;
}

/** The reason in the 'DOWN' message of this monitor; undefined for every other message. */
export function downReason(message: Term, reference: Reference): Term | undefined {
  if (!(message instanceof Tuple) || message.arity !== 5) return undefined;
  const [tag, key, , , reason] = message.elements;
  return tag === DOWN && key !== undefined && sameReference(key, reference) ? reason : undefined;
}

/** References of this node are equal when their words are. */
export function sameReference(term: Term, reference: Reference): boolean {
  if (term === reference) return true;
  return term instanceof Reference && refKey(term) === refKey(reference);
}
