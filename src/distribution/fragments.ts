import type { Term } from "../terms/term.js";
import { decodeTermAt } from "../terms/etf/decode.js";
import { Encoder } from "../terms/etf/encode.js";
import { FrameError } from "./frames.js";

/**
 * Messages between connected nodes, in packets: a control term and, with some, a payload term. There are two forms
 * (erl_dist_protocol, "Protocol between Connected Nodes"; erl_ext_dist, "Distribution Header"):
 *
 *     pass through   112, 131 Control, 131 Payload                    to a peer without FRAGMENTS
 *     with header    131, 68, 0, Control, Payload                     small
 *                    131, 69, Sequence:64, N:64, 0, Control, part     large: fragments that count down from N to 1
 *                    131, 70, Sequence:64, N-1:64, part
 *
 * The 0 is the number of atom cache references: no cache is negotiated, so there are none.
 */

const VERSION = 131;
const PASS_THROUGH = 112;
const DIST_HEADER = 68;
const FRAGMENT_HEADER = 69;
const FRAGMENT_CONTINUED = 70;
const FRAGMENT_PREFIX_BYTES = 18;

/** Where OTP cuts (ERTS_DIST_FRAGMENT_SIZE): a message of more is sent in parts. */
export const FRAGMENT_BYTES = 64 * 1024;

export interface RawMessage {
  readonly control: Term;
  readonly payload?: Term | undefined;
}

/** A packet with its length: its bytes are those of the parts, one after another. */
export type Packet = readonly Uint8Array[];

/**
 * The packets of a message. They must be sent in this order; packets of other messages may go between them.
 * `sequence` tells the message from all others that are under way. Throws EtfError for what Erlang can't have.
 */
export function encodeMessage(message: RawMessage, form: "header" | "pass_through", sequence: bigint): Packet[] {
  const encoder = new Encoder();
  encoder.uint32(0);
  if (form === "pass_through") {
    encoder.uint8(PASS_THROUGH);
    encoder.uint8(VERSION);
  } else {
    encoder.uint8(VERSION);
    encoder.uint8(DIST_HEADER);
    encoder.uint8(0);
  }
  const controlAt = encoder.length;
  encoder.term(message.control);
  if (message.payload !== undefined && form === "pass_through") encoder.uint8(VERSION);
  const payloadAt = encoder.length;
  if (message.payload !== undefined) encoder.term(message.payload);
  encoder.setUint32(0, encoder.length - 4);
  const bytes = encoder.take();
  if (form === "pass_through" || bytes.length - payloadAt <= FRAGMENT_BYTES) return [[bytes]];
  return fragmentsOf(bytes.subarray(controlAt, payloadAt), bytes.subarray(payloadAt), sequence);
}

function fragmentsOf(control: Uint8Array, payload: Uint8Array, sequence: bigint): Packet[] {
  const count = Math.ceil(payload.length / FRAGMENT_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const part = payload.subarray(index * FRAGMENT_BYTES, (index + 1) * FRAGMENT_BYTES);
    const first = index === 0;
    const head = new Uint8Array(4 + FRAGMENT_PREFIX_BYTES + (first ? 1 + control.length : 0));
    const view = new DataView(head.buffer);
    view.setUint32(0, head.length - 4 + part.length);
    view.setUint8(4, VERSION);
    view.setUint8(5, first ? FRAGMENT_HEADER : FRAGMENT_CONTINUED);
    view.setBigUint64(6, sequence);
    view.setBigUint64(14, BigInt(count - index));
    if (first) head.set(control, 4 + FRAGMENT_PREFIX_BYTES + 1);
    return [head, part];
  });
}

/** A message of which parts are still to come. */
interface Incomplete {
  readonly control: Term;
  readonly parts: Uint8Array[];
  bytes: number;
  /** The number of the next fragment. */
  next: bigint;
}

/** Makes messages of packets. */
export class MessageDecoder {
  readonly #maxBytes: number;
  readonly #incomplete = new Map<bigint, Incomplete>();
  #heldBytes = 0;

  /** `maxBytes`: how much may be held for messages that are not complete, all together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes a packet without its length; gives the message that it completes, if it does. Throws FrameError or EtfError
   * for what is none.
   */
  receive(packet: Uint8Array): RawMessage | undefined {
    const [type, tag] = packet;
    if (type === PASS_THROUGH) return passedThrough(packet);
    if (type !== VERSION || tag === undefined) throw new FrameError(`a message of unknown type ${type ?? "(empty)"}`);
    switch (tag) {
      case DIST_HEADER: {
        noAtomCache(packet[2]);
        return withPayload(packet, 3);
      }
      case FRAGMENT_HEADER:
        return this.#first(packet);
      case FRAGMENT_CONTINUED:
        return this.#continued(packet);
      default:
        throw new FrameError(`a message with an unknown header ${tag}`);
    }
  }

  #first(packet: Uint8Array): RawMessage | undefined {
    const { sequence, fragment } = fragmentIds(packet);
    noAtomCache(packet[FRAGMENT_PREFIX_BYTES]);
    if (fragment === 1n) return withPayload(packet, FRAGMENT_PREFIX_BYTES + 1);
    if (fragment === 0n) throw new FrameError("a first fragment with the number 0");
    if (this.#incomplete.has(sequence)) throw new FrameError("a second first fragment of one message");
    const { term: control, next } = decodeTermAt(packet, FRAGMENT_PREFIX_BYTES + 1);
    const incomplete: Incomplete = { control, parts: [], bytes: 0, next: fragment };
    this.#incomplete.set(sequence, incomplete);
    this.#append(incomplete, packet.subarray(next));
    return undefined;
  }

  #continued(packet: Uint8Array): RawMessage | undefined {
    const { sequence, fragment } = fragmentIds(packet);
    const incomplete = this.#incomplete.get(sequence);
    if (incomplete === undefined) throw new FrameError("a fragment of an unknown message");
    if (fragment !== incomplete.next) {
      throw new FrameError(`fragment ${fragment.toString()} where ${incomplete.next.toString()} is next`);
    }
    this.#append(incomplete, packet.subarray(FRAGMENT_PREFIX_BYTES));
    if (fragment > 1n) return undefined;
    this.#incomplete.delete(sequence);
    this.#heldBytes -= incomplete.bytes;
    return { control: incomplete.control, payload: onlyTerm(Buffer.concat(incomplete.parts), 0) };
  }

  #append(incomplete: Incomplete, part: Uint8Array): void {
    incomplete.parts.push(part);
    incomplete.bytes += part.length;
    incomplete.next--;
    this.#heldBytes += part.length;
    if (this.#heldBytes > this.#maxBytes) {
      throw new FrameError(`messages in fragments of more than ${this.#maxBytes} bytes`);
    }
  }
}

function fragmentIds(packet: Uint8Array): { readonly sequence: bigint; readonly fragment: bigint } {
  if (packet.length < FRAGMENT_PREFIX_BYTES) throw new FrameError("a fragment without a whole header");
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return { sequence: view.getBigUint64(2), fragment: view.getBigUint64(10) };
}

function noAtomCache(references: number | undefined): void {
  if (references !== 0) throw new FrameError("a message that refers to an atom cache, which was not negotiated");
}

function passedThrough(packet: Uint8Array): RawMessage {
  versionAt(packet, 1);
  const { term: control, next } = decodeTermAt(packet, 2);
  if (next === packet.length) return { control };
  versionAt(packet, next);
  return { control, payload: onlyTerm(packet, next + 1) };
}

function versionAt(packet: Uint8Array, at: number): void {
  if (packet[at] !== VERSION) throw new FrameError("a term without its version byte");
}

function withPayload(packet: Uint8Array, at: number): RawMessage {
  const { term: control, next } = decodeTermAt(packet, at);
  return next === packet.length ? { control } : { control, payload: onlyTerm(packet, next) };
}

function onlyTerm(bytes: Uint8Array, at: number): Term {
  const { term, next } = decodeTermAt(bytes, at);
  if (next !== bytes.length) throw new FrameError(`${bytes.length - next} bytes after a message`);
  return term;
}
