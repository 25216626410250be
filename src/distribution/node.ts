import type { Socket } from "node:net";
import { atom, type Atom, type Pid, type Reference, type Term } from "../terms/term.js";
import type { DownReason, Mfa, Outcome, Target } from "../target/target.js";
import { Connection, type ConnectionOptions } from "./connection.js";
import type { ControlMessage } from "./control.js";
import { Calls } from "./erpc.js";
import type { Established } from "./handshake.js";
import { OwnProcess } from "./own-process.js";
import { react, type Signal } from "./signals.js";

/** A name that no process ever has: a monitor on it is answered at once, by the emulator alone. */
const NOBODY = atom("undefined");

/** A real BEAM node, connected to as a hidden node. Made by `connect`. */
export class RemoteNode implements Target {
  readonly identity: Target["identity"];
  readonly down: Promise<DownReason>;
  readonly #own: OwnProcess;
  readonly #calls: Calls;
  readonly #connection: Connection;
  readonly #listeners = new Set<(signal: Signal) => void>();
  readonly #monitors = new Set<number>();

  /** `otpRelease` is asked by `connect`, which goes on only when it is known. */
  constructor(link: Link, otpRelease: string) {
    this.identity = { ...link.peer, otpRelease, client: link.own.pid };
    this.#own = link.own;
    this.#calls = link.calls;
    this.#connection = link.connection;
    this.down = link.down;
    link.receive = (message) => {
      this.#receive(message);
    };
  }

  /** Our own process as the node sees it: what its processes can send to, link to and monitor. It lives as long as the connection. */
  get self(): Pid {
    return this.#own.pid;
  }

  /** The name that our hidden node has on this node. */
  get ownNode(): string {
    return this.#own.node.name;
  }

  /** Calls a function on the node, as erpc:call/5 does. `timeoutMs` may be `Infinity`. */
  call(mfa: Mfa, options: { readonly timeoutMs: number }): Promise<Outcome> {
    const { ended } = this.#connection;
    if (ended !== undefined) return Promise.resolve({ kind: "not_sent", cause: `not connected: ${ended.detail}` });
    return this.#calls.call(mfa, options.timeoutMs);
  }

  /**
   * Sends a message to a process or a registered name of the node. Like Erlang's `!` it doesn't tell whether it arrives;
   * messages to one process arrive in order. Throws EtfError for a term that Erlang can't have.
   */
  send(to: Pid | string, message: Term): void {
    const from = this.#own.pid;
    if (typeof to === "string") this.#connection.sendNow({ kind: "reg_send", from, to: atom(to), message });
    else this.#connection.sendNow({ kind: "send", from, to, message });
  }

  /** Monitors a process or a registered name of the node: one signal `down` with this reference follows when it is gone. */
  monitor(process: Pid | string): Reference {
    const { id, ref } = this.#own.newReference();
    this.#monitors.add(id);
    const to: Pid | Atom = typeof process === "string" ? atom(process) : process;
    this.#connection.sendNow({ kind: "monitor", from: this.#own.pid, to, ref });
    return ref;
  }

  /** Calls the listener with every signal to our process, until the function given back is called. */
  onSignal(listener: (signal: Signal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes the connection. Calls that are under way are answered; processes on the node see `noconnection`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #receive(message: ControlMessage): void {
    const { signal, reply } = react(this.#own, message);
    if (reply !== undefined) this.#connection.send(reply);
    if (signal === undefined || (signal.kind === "down" && !this.#isMonitored(signal.ref))) return;
    for (const listener of [...this.#listeners]) listener(signal);
  }

  /** A `down` may also answer a call that was abandoned, or a probe. */
  #isMonitored(ref: Reference): boolean {
    const id = this.#own.idOf(ref);
    return id !== undefined && this.#monitors.delete(id);
  }
}

/** A connection with the calls on it, before the node has been asked who it is. */
export class Link {
  readonly peer: { readonly node: string; readonly creation: number };
  readonly own: OwnProcess;
  readonly calls: Calls;
  readonly connection: Connection;
  readonly down: Promise<DownReason>;
  /** What is for no call. */
  receive: (message: ControlMessage) => void;

  constructor(socket: Socket, established: Established, options: ConnectionOptions) {
    const own = new OwnProcess(established.own.node, established.own.creation);
    this.peer = established.peer;
    this.own = own;
    this.calls = new Calls(own, (message, observer) => this.connection.send(message, observer));
    this.receive = (message) => {
      const { reply } = react(own, message);
      if (reply !== undefined) this.connection.send(reply);
    };
    let goDown: (reason: DownReason) => void;
    this.down = new Promise((resolve) => (goDown = resolve));
    this.connection = new Connection(socket, established, options, {
      message: (message) => {
        if (!this.calls.receive(message)) this.receive(message);
      },
      probe: () => {
        this.connection.send({ kind: "monitor", from: own.pid, to: NOBODY, ref: own.newReference().ref });
      },
      ended: (reason) => {
        this.calls.connectionLost();
        goDown(reason);
      },
    });
  }
}
