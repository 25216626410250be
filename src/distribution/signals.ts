import { atom, List, Pid, Reference, tuple, Tuple, type Atom, type Term } from "../terms/term.js";
import type { ControlMessage, OutgoingMessage } from "./control.js";
import type { OwnProcess } from "./own-process.js";

/** What processes of the node tell our process. */
export type Signal =
  /** `name`: it was sent to this registered name, not to the pid. */
  | { readonly kind: "message"; readonly message: Term; readonly name?: string }
  /** `linked`: because a link to `from` broke; else by `exit/2`. Nothing ends here by it. */
  | { readonly kind: "exit"; readonly from: Pid; readonly reason: Term; readonly linked: boolean }
  /** A process that was monitored is gone. */
  | { readonly kind: "down"; readonly ref: Reference; readonly process: Pid | Atom; readonly reason: Term };

const IO_REQUEST = atom("io_request");
const IO_REPLY = atom("io_reply");
const ENOTSUP = tuple(atom("error"), atom("enotsup"));
const NET_KERNEL = atom("net_kernel");
const GEN_CALL = atom("$gen_call");
const IS_AUTH = atom("is_auth");
const ALIAS = atom("alias");
const YES = atom("yes");
const NOPROC = atom("noproc");
const NOTSUP = atom("notsup");

/** What a message from the node (none that is for a call) means to our process, and what is to be answered. */
export function react(
  own: OwnProcess,
  message: ControlMessage,
): { readonly signal?: Signal; readonly reply?: OutgoingMessage } {
  switch (message.kind) {
    case "send": {
      if (!own.is(message.to)) return {};
      const reply = ioReply(own, message.message);
      return reply === undefined ? { signal: { kind: "message", message: message.message } } : { reply };
    }
    case "reg_send": {
      const reply = message.to === NET_KERNEL ? pingReply(own, message.message) : undefined;
      if (reply !== undefined) return { reply };
      return { signal: { kind: "message", message: message.message, name: message.to.name } };
    }
    case "exit":
      if (!own.is(message.to)) return {};
      return { signal: { kind: "exit", from: message.from, reason: message.reason, linked: message.linked } };
    case "monitor_exit":
      return { signal: { kind: "down", ref: message.ref, process: message.from, reason: message.reason } };
    case "monitor":
      // Our process lives as long as the connection; when that ends, the node tells its processes by itself.
      if (own.is(message.to) || message.to === NET_KERNEL) return {};
      return { reply: { kind: "monitor_exit", from: message.to, to: message.from, ref: message.ref, reason: NOPROC } };
    case "link":
      if (own.is(message.to)) return {};
      return { reply: { kind: "exit", linked: true, from: message.to, to: message.from, reason: NOPROC } };
    case "unlink":
      if (message.id === undefined) return {};
      return { reply: { kind: "unlink_ack", id: message.id, from: message.to, to: message.from } };
    case "spawn_request":
      return { reply: { kind: "spawn_reply", ref: message.ref, to: message.from, result: NOTSUP } };
    case "spawn_reply":
    case "unlink_ack":
    case "alias_send":
    case "demonitor":
    case "group_leader":
    case "unknown":
      return {};
  }
}

/**
 * A process whose group leader we are writes to us, and would wait for an answer for ever: it is told that nothing can
 * be written here (the I/O protocol of stdlib).
 */
function ioReply(own: OwnProcess, message: Term): OutgoingMessage | undefined {
  if (!(message instanceof Tuple) || message.arity !== 4) return undefined;
  const [request, from, replyAs] = message.elements;
  if (request !== IO_REQUEST || !(from instanceof Pid) || replyAs === undefined) return undefined;
  return { kind: "send", from: own.pid, to: from, message: tuple(IO_REPLY, replyAs, ENOTSUP) };
}

/**
 * `net_adm:ping/1` asks our net_kernel, which is not there, and cuts the connection when it gets no answer. So it gets
 * one, as gen:reply/2 gives it. Other questions to net_kernel stay without.
 */
function pingReply(own: OwnProcess, message: Term): OutgoingMessage | undefined {
  const [call, from, request] = message instanceof Tuple ? message.elements : [];
  const [caller, tag] = from instanceof Tuple ? from.elements : [];
  const question = request instanceof Tuple ? request.elements[0] : undefined;
  if (call !== GEN_CALL || question !== IS_AUTH || !(caller instanceof Pid) || tag === undefined) return undefined;
  const answer = tuple(tag, YES);
  const alias = tag instanceof List && tag.elements[0] === ALIAS ? tag.tail : undefined;
  return alias instanceof Reference
    ? { kind: "alias_send", from: own.pid, to: alias, message: answer }
    : { kind: "send", from: own.pid, to: caller, message: answer };
}
