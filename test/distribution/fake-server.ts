import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { atom, Pid, string, tuple, type Term } from "../../src/terms/term.js";
import {
  decodeControl,
  encodeControl,
  type ControlMessage,
  type OutgoingMessage,
} from "../../src/distribution/control.js";
import { encodeMessage, MessageDecoder } from "../../src/distribution/fragments.js";
import { FrameDecoder } from "../../src/distribution/frames.js";
import { ack, challenge, named, OTP_25_FLAGS } from "./fake-node.js";

export const COOKIE = "OPENSESAME";
export const NODE = "fake@127.0.0.1";
const SERVER_PID = new Pid(atom(NODE), 50, 0, 77);

/** A node that does what a test says. It shakes hands and answers the two questions of `connect` by itself. */
export interface FakeNode extends AsyncDisposable {
  readonly address: string;
  /** What came after the handshake, ticks as "tick". */
  readonly received: (ControlMessage | "tick")[];
  send(bytes: Uint8Array): void;
  /** Holds back what is sent meanwhile, and gives it. */
  held(work: () => void): Buffer;
  message(message: OutgoingMessage): void;
  /** Answers a call as erpc:execute_call does. */
  answer(call: ControlMessage | "tick" | undefined, how: string, value: Term): void;
  end(): void;
}

export async function startFakeNode(options: { readonly flags?: bigint } = {}): Promise<FakeNode> {
  const node = new Fake(options.flags ?? OTP_25_FLAGS);
  await node.listen();
  return node;
}

class Fake implements FakeNode {
  readonly received: (ControlMessage | "tick")[] = [];
  readonly #flags: bigint;
  readonly #handshake = new FrameDecoder(2, 1_000);
  readonly #frames = new FrameDecoder(4, 1e9);
  readonly #messages = new MessageDecoder(1e9);
  #held: Uint8Array[] | undefined;
  #messagesSeen = 0;
  #questions = 0;
  #socket: Socket | undefined;
  readonly #server = createServer((socket) => {
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      this.#receive(bytes);
    });
  });

  constructor(flags: bigint) {
    this.#flags = flags;
  }

  get address(): string {
    return `${NODE}:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  #receive(bytes: Buffer): void {
    if (this.#messagesSeen < 2) {
      this.#handshake.push(bytes);
      const message = this.#handshake.next();
      if (message === undefined) return;
      this.#messagesSeen++;
      if (this.#messagesSeen === 1) {
        this.send(Buffer.concat([named("x@127.0.0.1", 9), challenge({ node: NODE, flags: this.#flags })]));
        return;
      }
      this.send(ack(COOKIE, Buffer.from(message).readUInt32BE(1)));
      this.#frames.push(this.#handshake.rest());
    } else {
      this.#frames.push(bytes);
    }
    for (let packet = this.#frames.next(); packet !== undefined; packet = this.#frames.next()) {
      if (packet.length === 0) {
        this.received.push("tick");
        continue;
      }
      const raw = this.#messages.receive(packet);
      if (raw !== undefined) this.#message(decodeControl(raw));
    }
  }

  #message(message: ControlMessage): void {
    if (message.kind === "spawn_request" && this.#questions < 2) {
      this.#questions++;
      this.answer(message, "return", this.#questions === 1 ? string("25") : SERVER_PID);
    } else {
      this.received.push(message);
    }
  }

  answer(call: ControlMessage | "tick" | undefined, how: string, value: Term): void {
    if (typeof call !== "object" || call.kind !== "spawn_request") throw new Error("not a call");
    const { ref, from: to } = call;
    this.message({ kind: "spawn_reply", ref, to, result: SERVER_PID });
    this.message({ kind: "monitor_exit", from: SERVER_PID, to, ref, reason: tuple(call.args[0]!, atom(how), value) });
  }

  message(message: OutgoingMessage): void {
    const form = (this.#flags & 0x80_0000n) === 0n ? "pass_through" : "header";
    for (const packet of encodeMessage(encodeControl(message), form, 1n)) this.send(Buffer.concat(packet));
  }

  send(bytes: Uint8Array): void {
    if (this.#held === undefined) this.#socket?.write(bytes);
    else this.#held.push(bytes);
  }

  held(work: () => void): Buffer {
    this.#held = [];
    work();
    const bytes = Buffer.concat(this.#held);
    this.#held = undefined;
    return bytes;
  }

  end(): void {
    this.#socket?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
