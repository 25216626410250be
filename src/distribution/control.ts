import { atom, Atom, integer, List, Pid, Reference, tuple, Tuple, type Term } from "../terms/term.js";
import type { RawMessage } from "./fragments.js";

/**
 * Control messages: erl_dist_protocol, "Protocol between Connected Nodes". The forms with a trace token are read like
 * those without one. The forms that newer ones replace (EXIT by PAYLOAD_EXIT and so on) are read, and never written:
 * every node since OTP 23.3 knows the newer ones.
 */
export type ControlMessage =
  | { readonly kind: "link"; readonly from: Pid; readonly to: Pid }
  /** `id`: for the acknowledgement; undefined in the obsolete form UNLINK. */
  | { readonly kind: "unlink"; readonly from: Pid; readonly to: Pid; readonly id: number | bigint | undefined }
  | { readonly kind: "unlink_ack"; readonly from: Pid; readonly to: Pid; readonly id: number | bigint }
  /** A message to a pid; `from` is undefined in the form SEND, which doesn't say it. */
  | { readonly kind: "send"; readonly from: Pid | undefined; readonly to: Pid; readonly message: Term }
  | { readonly kind: "reg_send"; readonly from: Pid; readonly to: Atom; readonly message: Term }
  | { readonly kind: "alias_send"; readonly from: Pid; readonly to: Reference; readonly message: Term }
  /** `linked`: sent because a link broke (EXIT), not by `exit/2` (EXIT2). */
  | { readonly kind: "exit"; readonly from: Pid; readonly to: Pid; readonly reason: Term; readonly linked: boolean }
  | { readonly kind: "group_leader"; readonly from: Pid; readonly to: Pid }
  | { readonly kind: "monitor"; readonly from: Pid; readonly to: Pid | Atom; readonly ref: Reference }
  | { readonly kind: "demonitor"; readonly from: Pid; readonly to: Pid | Atom; readonly ref: Reference }
  | {
      readonly kind: "monitor_exit";
      readonly from: Pid | Atom;
      readonly to: Pid;
      readonly ref: Reference;
      readonly reason: Term;
    }
  | {
      readonly kind: "spawn_request";
      readonly ref: Reference;
      readonly from: Pid;
      readonly groupLeader: Pid;
      readonly module: Atom;
      readonly function: Atom;
      readonly args: readonly Term[];
      readonly options: readonly Term[];
    }
  /** `result`: the new process, or why there is none. */
  | { readonly kind: "spawn_reply"; readonly ref: Reference; readonly to: Pid; readonly result: Pid | Atom }
  /** An operation that is not known here, passed on as it came. */
  | { readonly kind: "unknown"; readonly control: Term; readonly payload: Term | undefined };

/** A message that can be sent. */
export type OutgoingMessage = Exclude<ControlMessage, { kind: "unknown" }>;

const op = {
  LINK: 1,
  SEND: 2,
  EXIT: 3,
  UNLINK: 4,
  REG_SEND: 6,
  GROUP_LEADER: 7,
  EXIT2: 8,
  SEND_TT: 12,
  EXIT_TT: 13,
  REG_SEND_TT: 16,
  EXIT2_TT: 18,
  MONITOR_P: 19,
  DEMONITOR_P: 20,
  MONITOR_P_EXIT: 21,
  SEND_SENDER: 22,
  SEND_SENDER_TT: 23,
  PAYLOAD_EXIT: 24,
  PAYLOAD_EXIT_TT: 25,
  PAYLOAD_EXIT2: 26,
  PAYLOAD_EXIT2_TT: 27,
  PAYLOAD_MONITOR_P_EXIT: 28,
  SPAWN_REQUEST: 29,
  SPAWN_REQUEST_TT: 30,
  SPAWN_REPLY: 31,
  SPAWN_REPLY_TT: 32,
  ALIAS_SEND: 33,
  ALIAS_SEND_TT: 34,
  UNLINK_ID: 35,
  UNLINK_ID_ACK: 36,
} as const;

/** The unused field of REG_SEND: where the cookie stood once. */
const UNUSED = atom("");

/** A spawn reply's flags, read by nobody here. */
const NO_FLAGS = 0;

export class ControlError extends Error {
  constructor(what: string) {
    super(`a malformed control message: ${what}`);
    this.name = "ControlError";
  }
}

/** The message as terms. */
export function encodeControl(message: OutgoingMessage): RawMessage {
  switch (message.kind) {
    case "link":
      return { control: tuple(op.LINK, message.from, message.to) };
    case "unlink":
      return message.id === undefined
        ? { control: tuple(op.UNLINK, message.from, message.to) }
        : { control: tuple(op.UNLINK_ID, message.id, message.from, message.to) };
    case "unlink_ack":
      return { control: tuple(op.UNLINK_ID_ACK, message.id, message.from, message.to) };
    case "send":
      return message.from === undefined
        ? { control: tuple(op.SEND, UNUSED, message.to), payload: message.message }
        : { control: tuple(op.SEND_SENDER, message.from, message.to), payload: message.message };
    case "reg_send":
      return { control: tuple(op.REG_SEND, message.from, UNUSED, message.to), payload: message.message };
    case "alias_send":
      return { control: tuple(op.ALIAS_SEND, message.from, message.to), payload: message.message };
    case "exit": {
      const code = message.linked ? op.PAYLOAD_EXIT : op.PAYLOAD_EXIT2;
      return { control: tuple(code, message.from, message.to), payload: message.reason };
    }
    case "group_leader":
      return { control: tuple(op.GROUP_LEADER, message.from, message.to) };
    case "monitor":
      return { control: tuple(op.MONITOR_P, message.from, message.to, message.ref) };
    case "demonitor":
      return { control: tuple(op.DEMONITOR_P, message.from, message.to, message.ref) };
    case "monitor_exit": {
      const control = tuple(op.PAYLOAD_MONITOR_P_EXIT, message.from, message.to, message.ref);
      return { control, payload: message.reason };
    }
    case "spawn_request": {
      const mfa = tuple(message.module, message.function, message.args.length);
      const { ref, from, groupLeader } = message;
      const control = tuple(op.SPAWN_REQUEST, ref, from, groupLeader, mfa, new List(message.options));
      return { control, payload: new List(message.args) };
    }
    case "spawn_reply":
      return { control: tuple(op.SPAWN_REPLY, message.ref, message.to, NO_FLAGS, message.result) };
  }
}

/** Reads a message. Throws ControlError for a known operation with anything else than its fields. */
export function decodeControl({ control, payload }: RawMessage): ControlMessage {
  const operation = control instanceof Tuple ? control.elements[0] : undefined;
  if (!(control instanceof Tuple) || typeof operation !== "number") throw new ControlError("no operation");
  const fields = new Fields(operation, control.elements, payload);
  switch (operation) {
    case op.LINK:
      return { kind: "link", from: fields.pid(1), to: fields.pid(2) };
    case op.UNLINK:
      return { kind: "unlink", id: undefined, from: fields.pid(1), to: fields.pid(2) };
    case op.UNLINK_ID:
      return { kind: "unlink", id: fields.integer(1), from: fields.pid(2), to: fields.pid(3) };
    case op.UNLINK_ID_ACK:
      return { kind: "unlink_ack", id: fields.integer(1), from: fields.pid(2), to: fields.pid(3) };
    case op.SEND:
    case op.SEND_TT:
      return { kind: "send", from: undefined, to: fields.pid(2), message: fields.payload() };
    case op.SEND_SENDER:
    case op.SEND_SENDER_TT:
      return { kind: "send", from: fields.pid(1), to: fields.pid(2), message: fields.payload() };
    case op.REG_SEND:
    case op.REG_SEND_TT:
      return { kind: "reg_send", from: fields.pid(1), to: fields.atom(3), message: fields.payload() };
    case op.ALIAS_SEND:
    case op.ALIAS_SEND_TT:
      return { kind: "alias_send", from: fields.pid(1), to: fields.reference(2), message: fields.payload() };
    case op.EXIT:
      return { kind: "exit", linked: true, from: fields.pid(1), to: fields.pid(2), reason: fields.term(3) };
    case op.EXIT_TT:
      return { kind: "exit", linked: true, from: fields.pid(1), to: fields.pid(2), reason: fields.term(4) };
    case op.PAYLOAD_EXIT:
    case op.PAYLOAD_EXIT_TT:
      return { kind: "exit", linked: true, from: fields.pid(1), to: fields.pid(2), reason: fields.payload() };
    case op.EXIT2:
      return { kind: "exit", linked: false, from: fields.pid(1), to: fields.pid(2), reason: fields.term(3) };
    case op.EXIT2_TT:
      return { kind: "exit", linked: false, from: fields.pid(1), to: fields.pid(2), reason: fields.term(4) };
    case op.PAYLOAD_EXIT2:
    case op.PAYLOAD_EXIT2_TT:
      return { kind: "exit", linked: false, from: fields.pid(1), to: fields.pid(2), reason: fields.payload() };
    case op.GROUP_LEADER:
      return { kind: "group_leader", from: fields.pid(1), to: fields.pid(2) };
    case op.MONITOR_P:
      return { kind: "monitor", from: fields.pid(1), to: fields.process(2), ref: fields.reference(3) };
    case op.DEMONITOR_P:
      return { kind: "demonitor", from: fields.pid(1), to: fields.process(2), ref: fields.reference(3) };
    case op.MONITOR_P_EXIT:
      return fields.monitorExit(fields.term(4));
    case op.PAYLOAD_MONITOR_P_EXIT:
      return fields.monitorExit(fields.payload());
    case op.SPAWN_REQUEST:
    case op.SPAWN_REQUEST_TT:
      return fields.spawnRequest();
    case op.SPAWN_REPLY:
    case op.SPAWN_REPLY_TT:
      return { kind: "spawn_reply", ref: fields.reference(1), to: fields.pid(2), result: fields.process(4) };
    default:
      return { kind: "unknown", control, payload };
  }
}

/** The elements of a control tuple, checked as they are read. */
class Fields {
  readonly #operation: number;
  readonly #elements: readonly Term[];
  readonly #payload: Term | undefined;

  constructor(operation: number, elements: readonly Term[], payload: Term | undefined) {
    this.#operation = operation;
    this.#elements = elements;
    this.#payload = payload;
  }

  term(at: number): Term {
    const term = this.#elements[at];
    if (term === undefined) throw this.#wrong(at, "a term");
    return term;
  }

  payload(): Term {
    if (this.#payload === undefined) throw new ControlError(`operation ${this.#operation} without its message`);
    return this.#payload;
  }

  pid(at: number): Pid {
    const term = this.#elements[at];
    if (!(term instanceof Pid)) throw this.#wrong(at, "a pid");
    return term;
  }

  atom(at: number): Atom {
    const term = this.#elements[at];
    if (!(term instanceof Atom)) throw this.#wrong(at, "an atom");
    return term;
  }

  process(at: number): Pid | Atom {
    const term = this.#elements[at];
    if (!(term instanceof Pid) && !(term instanceof Atom)) throw this.#wrong(at, "a pid or an atom");
    return term;
  }

  reference(at: number): Reference {
    const term = this.#elements[at];
    if (!(term instanceof Reference)) throw this.#wrong(at, "a reference");
    return term;
  }

  integer(at: number): number | bigint {
    const term = this.#elements[at];
    if (typeof term !== "number" && typeof term !== "bigint") throw this.#wrong(at, "an integer");
    return integer(term);
  }

  monitorExit(reason: Term): ControlMessage {
    return { kind: "monitor_exit", from: this.process(1), to: this.pid(2), ref: this.reference(3), reason };
  }

  spawnRequest(): ControlMessage {
    const mfa = this.term(4);
    const [module, fun] = mfa instanceof Tuple ? mfa.elements : [];
    if (!(module instanceof Atom) || !(fun instanceof Atom)) throw this.#wrong(4, "{Module, Function, Arity}");
    return {
      kind: "spawn_request",
      ...{ ref: this.reference(1), from: this.pid(2), groupLeader: this.pid(3), module, function: fun },
      ...{ args: this.#list(this.payload(), "its arguments"), options: this.#list(this.term(5), "its options") },
    };
  }

  #list(term: Term, what: string): readonly Term[] {
    if (!(term instanceof List) || !term.isProper) throw new ControlError(`a spawn request whose ${what} are no list`);
    return term.elements;
  }

  #wrong(at: number, expected: string): ControlError {
    return new ControlError(`operation ${this.#operation} without ${expected} as element ${at + 1}`);
  }
}
