import { Atom, List, Pid, Reference, type Term, Tuple, atom, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { raiseExit } from "../process/raised.js";
import { resolve, send } from "../process/post.js";
import { demonitor, downReason, monitor, sameReference } from "../process/signals.js";
import { at, isNamed, isTagged } from "../support/term.js";

/** `gen`'s default timeout. */
export const DEFAULT_CALL_TIMEOUT_MS = 5_000;

const ALIAS = atom("alias");

/**
 * `gen:call/4`: sends `{Label, {Self, Tag}, Request}` to a process and waits for `{Tag, Reply}`.
 * @returns the reply
 * @throws Raised exit: `noproc`, `calling_self`, `timeout`, `{nodedown, Node}`, or the reason the process ended with
 */
export async function genCall(
  context: Context,
  destination: Term,
  label: Term,
  request: Term,
  timeoutMs: number | "infinity",
): Promise<Term> {
  const { node, self } = context;
  const target = processFor(context, destination);
  if (target === self.pid) return raiseExit("calling_self");
  const reference = monitor(node.processes, self, target, true);
  const tag = new List([ALIAS], reference);
  send(node.processes, target, tuple(label, tuple(self.pid, tag), request));
  const answer = await self.receive((message) => replyTo(message, reference), timeoutMs);
  demonitor(node.processes, self, reference);
  if (answer === undefined) return raiseExit("timeout");
  if (answer.down === undefined) return answer.reply;
  if (isNamed(answer.down, "noconnection")) return raiseExit(tuple(atom("nodedown"), nodeOf(target)));
  return raiseExit(answer.down);
}

/**
 * `gen:send_request/3`: sends the request and gives the monitor's reference, under which the answer will come.
 * A name that nobody has is answered with `noproc`, as for a dead process.
 */
export function sendRequest(context: Context, destination: Term, label: Term, request: Term): Reference {
  const { node, self } = context;
  const reference = monitor(node.processes, self, destination, true);
  const tag = new List([ALIAS], reference);
  send(node.processes, destination, tuple(label, tuple(self.pid, tag), request));
  return reference;
}

/** `gen:wait_response/2`: `{reply, Reply}`, `{error, {Reason, Process}}`, or `timeout`. */
export async function waitResponse(
  context: Context,
  reference: Reference,
  timeoutMs: number | "infinity",
): Promise<Term> {
  const { node, self } = context;
  const answer = await self.receive((message) => {
    const found = replyTo(message, reference);
    return found === undefined ? undefined : { ...found, message };
  }, timeoutMs);
  if (answer === undefined) return atom("timeout");
  demonitor(node.processes, self, reference);
  if (answer.down === undefined) return tuple(atom("reply"), answer.reply);
  return tuple(atom("error"), tuple(answer.down, at(answer.message as Tuple, 3)));
}

type Answer = { readonly reply: Term; readonly down?: never } | { readonly down: Term };

function replyTo(message: Term, reference: Reference): Answer | undefined {
  if (message instanceof Tuple && message.arity === 2) {
    const tag = at(message, 0);
    const isReply = tag instanceof List && tag.tail !== undefined && sameReference(tag.tail, reference);
    return isReply ? { reply: at(message, 1) } : undefined;
  }
  const down = downReason(message, reference);
  return down === undefined ? undefined : { down };
}

/** The pid that a server reference stands for, as `gen:do_for_proc/2` finds it. @throws Raised exit noproc */
export function processFor(context: Context, destination: Term): Term {
  if (destination instanceof Pid) return destination;
  const { processes } = context.node;
  const remote =
    destination instanceof Tuple && destination.arity === 2 && at(destination, 1) instanceof Atom
      ? (at(destination, 1) as Atom)
      : undefined;
  if (remote !== undefined && remote !== processes.name && !isNamed(at(destination as Tuple, 0), "global")) {
    return raiseExit(tuple(atom("nodedown"), remote));
  }
  return resolve(processes, destination)?.pid ?? raiseExit("noproc");
}

function nodeOf(target: Term): Term {
  return target instanceof Pid ? target.node : at(target as Tuple, 1);
}

/** `gen:reply/2`: `{Tag, Reply}` to where the tag says. Never fails. */
export function genReply(context: Context, from: Term, reply: Term): void {
  if (!(from instanceof Tuple) || from.arity !== 2) return;
  const [to, tag] = [at(from, 0), at(from, 1)];
  const alias = aliasOf(tag);
  const destination = alias ?? to;
  if (alias === undefined && !(to instanceof Pid)) return;
  send(context.node.processes, destination, tuple(tag, reply));
}

/** The reference in `[alias | Reference]` and `[[alias | Reference] | _]`. */
function aliasOf(tag: Term): Reference | undefined {
  if (!(tag instanceof List)) return undefined;
  const [head] = tag.elements;
  if (head === ALIAS && tag.tail instanceof Reference) return tag.tail;
  return head instanceof List && head.elements[0] === ALIAS && head.tail instanceof Reference ? head.tail : undefined;
}

/** A server's name: `{local, Name}`, or nothing. */
export function localName(term: Term): Atom | undefined {
  return isTagged(term, "local", 2) && at(term, 1) instanceof Atom ? (at(term, 1) as Atom) : undefined;
}
