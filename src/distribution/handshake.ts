import type { ProblemError } from "../terms/problem.js";
import type { Cookie } from "./cookie.js";
import { flag, negotiate, OFFERED } from "./flags.js";
import { frame, FrameDecoder, FrameError } from "./frames.js";
import * as messages from "./handshake-messages.js";
import * as failure from "./handshake-problems.js";

/**
 * The handshake of the side that connects, version 6 (dist_util:handshake_we_started): takes bytes, gives bytes.
 *
 *     start() -> our name;  status -> challenge -> (our reply) -> ack -> done
 */

/** How we are called on the node: by a name of our own, or by one that the node makes up for us on `host`. */
export type OwnName =
  | { readonly kind: "static"; readonly node: string; readonly creation: number }
  | { readonly kind: "dynamic"; readonly host: string };

export interface HandshakeInput {
  /** The node name that the other side must have. */
  readonly peer: string;
  readonly own: OwnName;
  readonly cookie: Cookie;
  /** Our challenge: random, unsigned, 32 bits. */
  readonly challenge: number;
  /** The length before a message: 2 bytes on TCP; over TLS 4, as after the handshake (inet_tls_dist). */
  readonly headerBytes: 2 | 4;
}

export interface Established {
  readonly own: { readonly node: string; readonly creation: number };
  readonly peer: { readonly node: string; readonly creation: number };
  /** The capabilities of both sides. */
  readonly flags: bigint;
  /** What came after the handshake. */
  readonly rest: Uint8Array;
}

export interface HandshakeStep {
  /** To be sent, also when it failed. */
  readonly send: readonly Uint8Array[];
  readonly done?: Established;
  readonly failed?: ProblemError;
}

export type HandshakePhase = "status" | "challenge" | "ack" | "over";

const EXPECTED_TAG = { status: messages.tag.status, challenge: messages.tag.name, ack: messages.tag.ack } as const;

/** No message of a handshake is longer; a longer one is not a handshake. */
const MAX_MESSAGE_BYTES = 4096;

export class Handshake {
  readonly #input: HandshakeInput;
  readonly #flags: bigint;
  readonly #decoder: FrameDecoder;
  #own: { node: string; creation: number };
  #peer: messages.Challenge | undefined;
  #chosen = 0n;
  #phase: HandshakePhase = "status";

  constructor(input: HandshakeInput) {
    const { own } = input;
    this.#input = input;
    this.#decoder = new FrameDecoder(input.headerBytes, MAX_MESSAGE_BYTES);
    this.#flags = own.kind === "dynamic" ? OFFERED | flag.NAME_ME : OFFERED;
    this.#own = own.kind === "dynamic" ? { node: own.host, creation: 0 } : { node: own.node, creation: own.creation };
  }

  /** What is awaited from the node. */
  get phase(): HandshakePhase {
    return this.#phase;
  }

  /** The first message, ours. */
  start(): Uint8Array {
    return this.#framed(messages.encodeName(this.#flags, this.#own.creation, this.#own.node));
  }

  /** Takes what came from the node, in pieces of any size. Once it is done or has failed there is nothing more to do. */
  receive(bytes: Uint8Array): HandshakeStep {
    this.#decoder.push(bytes);
    const send: Uint8Array[] = [];
    while (this.#phase !== "over") {
      const body = this.#next();
      if (body === "garbage") return this.#fail(send, failure.notErlang(this.#input.peer, this.#decoder.peek(64)));
      if (body === undefined) break;
      const step = this.#message(body);
      send.push(...step.send.map((message) => this.#framed(message)));
      if (step.failed !== undefined) return this.#fail(send, step.failed);
      if (step.done !== undefined) {
        this.#phase = "over";
        return { send, done: step.done };
      }
    }
    return { send };
  }

  /** What it means that the connection ended now. */
  closed(): ProblemError {
    return failure.closedDuring(this.#phase, this.#input.peer, this.#own.node);
  }

  /** The next message of the awaited kind; a wrong tag is noticed before the message is complete. */
  #next(): Uint8Array | "garbage" | undefined {
    if (this.#phase === "over") return undefined;
    const tag = this.#decoder.peek(this.#input.headerBytes + 1)[this.#input.headerBytes];
    const isOldChallenge = this.#phase === "challenge" && tag === messages.tag.oldName;
    if (tag !== undefined && tag !== EXPECTED_TAG[this.#phase] && !isOldChallenge) return "garbage";
    try {
      return this.#decoder.next();
    } catch (error) {
      if (error instanceof FrameError) return "garbage";
      throw error;
    }
  }

  #framed(message: Uint8Array): Uint8Array {
    return frame(message, this.#input.headerBytes);
  }

  #message(body: Uint8Array): HandshakeStep {
    switch (this.#phase) {
      case "status":
        return this.#status(body);
      case "challenge":
        return this.#challenge(body);
      case "ack":
        return this.#ack(body);
      case "over":
        return { send: [] };
    }
  }

  #status(body: Uint8Array): HandshakeStep {
    const status = messages.decodeStatus(body);
    const { peer, own } = this.#input;
    if (status === undefined) return { send: [], failed: failure.notErlang(peer, body) };
    switch (status.status) {
      case "named":
        if (own.kind === "static") return { send: [], failed: failure.notErlang(peer, body) };
        this.#own = { node: status.node, creation: status.creation };
        break;
      case "ok":
      case "ok_simultaneous":
        if (own.kind === "dynamic") return { send: [], failed: failure.notErlang(peer, body) };
        break;
      case "nok":
        return { send: [], failed: failure.nameInUse(peer, this.#own.node) };
      case "alive":
        // `true` would end the other connection of that name. It may well be someone's who is at work.
        return { send: [messages.encodeStatus("false")], failed: failure.nameInUse(peer, this.#own.node) };
      case "not_allowed":
        return { send: [], failed: failure.notAllowed(peer, this.#own.node) };
    }
    this.#phase = "challenge";
    return { send: [] };
  }

  #challenge(body: Uint8Array): HandshakeStep {
    const { peer, cookie, challenge } = this.#input;
    if (body[0] === messages.tag.oldName) return { send: [], failed: failure.tooOld(peer, "version 5") };
    const received = messages.decodeChallenge(body);
    if (received === undefined) return { send: [], failed: failure.notErlang(peer, body) };
    if (received.node !== peer) return { send: [], failed: failure.wrongNode(peer, received.node) };
    const negotiated = negotiate(this.#flags, received.flags);
    if (!negotiated.ok) {
      const failed = negotiated.tooOld
        ? failure.tooOld(peer, "version 6, but without the flags of OTP 25")
        : failure.notBeam(peer, negotiated.missing);
      return { send: [], failed };
    }
    this.#peer = received;
    this.#chosen = negotiated.flags;
    this.#phase = "ack";
    return { send: [messages.encodeChallengeReply(challenge, cookie.digest(received.challenge))] };
  }

  #ack(body: Uint8Array): HandshakeStep {
    const { peer, cookie, challenge } = this.#input;
    const digest = messages.decodeChallengeAck(body);
    if (digest === undefined) return { send: [], failed: failure.notErlang(peer, body) };
    if (!cookie.verifies(digest, challenge)) return { send: [], failed: failure.peerCookie(peer) };
    const { node, creation } = this.#peer!;
    const established = { own: this.#own, peer: { node, creation }, flags: this.#chosen, rest: this.#decoder.rest() };
    return { send: [], done: established };
  }

  #fail(send: readonly Uint8Array[], failed: ProblemError): HandshakeStep {
    this.#phase = "over";
    return { send, failed };
  }
}
