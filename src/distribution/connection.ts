import type { Socket } from "node:net";
import { EtfError } from "../terms/etf/error.js";
import type { DownReason } from "../target/target.js";
import { ControlError, decodeControl, encodeControl, type ControlMessage, type OutgoingMessage } from "./control.js";
import { flag } from "./flags.js";
import { encodeMessage, MessageDecoder, type Packet } from "./fragments.js";
import { FrameDecoder, FrameError, TICK } from "./frames.js";
import type { Established } from "./handshake.js";
import { Heartbeat } from "./heartbeat.js";
import { Outbox, type SendObserver } from "./outbox.js";
import { failureOf } from "./socket.js";

export interface ConnectionOptions {
  /** A node that was silent for so long, in milliseconds, is gone. */
  readonly netTickTimeMs: number;
  /** No message may be longer, and all that are not complete together neither. */
  readonly maxMessageBytes: number;
}

export interface ConnectionEvents {
  message(message: ControlMessage): void;
  /** Nothing was heard for a while: something is to be asked that the node's emulator answers. */
  probe(): void;
  /** It is over: what was not written never will be. Called once, before anything else can tell. */
  ended(reason: DownReason): void;
}

/** How much is handed to the socket at once. */
const WRITE_BYTES = 256 * 1024;
/** How long a connection that we close may take to say goodbye. */
const CLOSE_MS = 500;

/** A connection after its handshake: packets in and out, ticks, and its end. The shell around the codecs. */
export class Connection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #frames: FrameDecoder;
  readonly #messages: MessageDecoder;
  readonly #outbox = new Outbox();
  readonly #heartbeat: Heartbeat;
  readonly #timer: NodeJS.Timeout;
  readonly #form: "header" | "pass_through";
  #sequence = 0n;
  #ended: DownReason | undefined;
  #pumping = false;
  #full = false;

  /** Takes over the socket, which must be paused. */
  constructor(socket: Socket, established: Established, options: ConnectionOptions, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#frames = new FrameDecoder(4, options.maxMessageBytes);
    this.#messages = new MessageDecoder(options.maxMessageBytes);
    this.#form = (established.flags & flag.FRAGMENTS) === 0n ? "pass_through" : "header";
    this.#heartbeat = new Heartbeat(options.netTickTimeMs, performance.now());
    this.#timer = setInterval(() => {
      this.#beat();
    }, this.#heartbeat.intervalMs);
    socket
      .on("data", (bytes: Uint8Array) => {
        this.#receive(bytes);
      })
      .on("drain", () => {
        this.#full = false;
        this.#pump();
      })
      .on("end", () => {
        this.#end({ kind: "node_down", detail: "the node closed the connection: it stopped, or disconnected us" });
      })
      .on("error", (error: Error) => {
        this.#end({ kind: "connection_lost", detail: failureOf(error).message });
      })
      .on("close", () => {
        this.#end({ kind: "connection_lost", detail: "the connection was closed" });
      });
    this.#frames.push(established.rest);
    // Not before whoever makes this has it.
    queueMicrotask(() => {
      this.#drain();
    });
    socket.resume();
  }

  /** Why it is over; undefined while it is not. */
  get ended(): DownReason | undefined {
    return this.#ended;
  }

  /**
   * Sends a message, after those before it. The function given back takes it back; it gives false when it is too late.
   * It is encoded when its turn comes: `observer.failed` tells that it can't be.
   */
  send(message: OutgoingMessage, observer: SendObserver = {}): () => boolean {
    return this.#add(() => this.#encode(message), observer);
  }

  /** Sends a message that is encoded at once. Throws EtfError for what Erlang can't have. */
  sendNow(message: OutgoingMessage): void {
    const packets = this.#encode(message);
    this.#add(() => packets, {});
  }

  /** Ends the connection; what is handed to the socket is still sent. Resolves when the socket is gone. */
  close(): Promise<void> {
    this.#end({ kind: "closed", detail: "closed on this side" });
    if (this.#socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
      this.#socket.on("close", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #encode(message: OutgoingMessage): readonly Packet[] {
    return encodeMessage(encodeControl(message), this.#form, ++this.#sequence);
  }

  #add(encode: () => readonly Packet[], observer: SendObserver): () => boolean {
    if (this.#ended !== undefined) {
      observer.dropped?.();
      return () => false;
    }
    const cancel = this.#outbox.add(encode, observer);
    // At the end of this turn, so that what is sent in one turn goes out in one piece.
    if (!this.#pumping) {
      this.#pumping = true;
      queueMicrotask(() => {
        this.#pumping = false;
        this.#pump();
      });
    }
    return cancel;
  }

  #pump(): void {
    while (!this.#full && this.#ended === undefined) {
      const bytes = this.#outbox.take(WRITE_BYTES);
      if (bytes.length === 0) return;
      this.#write(bytes);
    }
  }

  #write(bytes: Uint8Array): void {
    this.#heartbeat.sent(performance.now());
    this.#full = !this.#socket.write(bytes);
  }

  #receive(bytes: Uint8Array): void {
    this.#heartbeat.received(performance.now());
    this.#frames.push(bytes);
    this.#drain();
  }

  #drain(): void {
    while (this.#ended === undefined) {
      const message = this.#next();
      if (message === undefined) return;
      if (message !== "none") this.#events.message(message);
    }
  }

  /** The next packet's message; `none` when it has none (a tick, a fragment); undefined when there is no packet. */
  #next(): ControlMessage | "none" | undefined {
    try {
      const packet = this.#frames.next();
      if (packet === undefined) return undefined;
      if (packet.length === 0) {
        // When the socket is full, what waits in it is sign of life enough.
        if (!this.#full) this.#write(TICK);
        return "none";
      }
      const raw = this.#messages.receive(packet);
      return raw === undefined ? "none" : decodeControl(raw);
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof EtfError || error instanceof ControlError)) throw error;
      this.#end({ kind: "connection_lost", detail: `the node broke the protocol: ${error.message}` });
      return undefined;
    }
  }

  #beat(): void {
    switch (this.#heartbeat.check(performance.now())) {
      case "idle":
        break;
      case "tick":
        if (!this.#full) this.#write(TICK);
        break;
      case "probe":
        this.#events.probe();
        break;
      case "dead":
        this.#end({ kind: "connection_lost", detail: "the node was silent for longer than the net tick time" });
        break;
    }
  }

  #end(reason: DownReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearInterval(this.#timer);
    this.#outbox.drop();
    if (reason.kind === "closed") {
      this.#socket.end();
      // What still comes is not wanted, but has to be read for the end to be seen.
      this.#socket.resume();
    } else {
      this.#socket.destroy();
    }
    this.#events.ended(reason);
  }
}
