import { Atom, Pid, Reference, type Term, Tuple } from "../../terms/term.js";
import { at, refKey } from "../support/term.js";
import type { Process } from "./process.js";
import { badarg } from "./raised.js";
import type { ProcessTable } from "./table.js";

/** The living process that a pid, a name or `{Name, Node}` stands for; undefined when there is none. */
export function resolve(table: ProcessTable, destination: Term): Process | undefined {
  if (destination instanceof Pid) return table.find(destination);
  if (destination instanceof Atom) return table.names.get(destination.name);
  if (isNameAndNode(destination) && at(destination, 1) === table.name) {
    return table.names.get((at(destination, 0) as Atom).name);
  }
  return undefined;
}

/** `{Name, Node}`, both atoms. */
export function isNameAndNode(term: Term): term is Tuple {
  return term instanceof Tuple && term.arity === 2 && at(term, 0) instanceof Atom && at(term, 1) instanceof Atom;
}

/**
 * `Destination ! Message`. A message to a process that is dead, or to another node, is lost.
 * @throws Raised badarg for a name that isn't registered, and for what is no address
 */
export function send(table: ProcessTable, destination: Term, message: Term): void {
  if (destination instanceof Reference) {
    table.aliases.get(refKey(destination))?.deliver(message);
    return;
  }
  const target = resolve(table, destination);
  if (target !== undefined) target.deliver(message);
  else if (!(destination instanceof Pid) && !isNameAndNode(destination)) badarg();
}

/**
 * Sends `message` after `delayMs`. The timer ends with the process it is addressed to by pid.
 * @param ended called when there is nothing left to take back
 * @returns takes it back; undefined when it was sent or taken back before, else the milliseconds that were left
 */
export function sendAfter(
  table: ProcessTable,
  delayMs: number,
  destination: Term,
  message: Term,
  ended: () => void = () => undefined,
): () => number | undefined {
  const receiver = destination instanceof Pid ? table.find(destination) : undefined;
  const dueMs = table.clock.monotonicMs() + delayMs;
  let waiting = true;
  const stop = table.clock.setTimer(delayMs, () => {
    forget();
    resolve(table, destination)?.deliver(message);
  });
  const takeBack = (): void => {
    stop();
    forget();
  };
  const forget = (): void => {
    waiting = false;
    ended();
    table.delayed.delete(takeBack);
    receiver?.timers.delete(takeBack);
  };
  table.delayed.add(takeBack);
  receiver?.timers.add(takeBack);
  return () => {
    if (!waiting) return undefined;
    takeBack();
    return Math.max(0, Math.ceil(dueMs - table.clock.monotonicMs()));
  };
}
