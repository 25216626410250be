import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export type Side = "client" | "server";

/** What a proxy does when so many bytes of a side have passed. */
export interface Fault {
  /** `cut`: ends both connections (FIN). `reset`: the same with RST. `stall`: passes nothing more, either way. */
  readonly action: "cut" | "reset" | "stall";
  /** Whose bytes are counted. */
  readonly from: Side;
  /** They pass, and nothing after them. */
  readonly after: number;
}

/** What has passed, in order; bytes of one side that came together are one entry. */
export type Transcript = { readonly from: Side; readonly bytes: Buffer }[];

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Of the connection that came last. */
  readonly transcript: Transcript;
  /** How many connections were taken. */
  readonly connections: number;
  /** Set or changed at any time. For a running connection it counts what has passed already. */
  fault: Fault | undefined;
  /** Does it now, to every connection. */
  fail(action: Fault["action"]): void;
  stop(): Promise<void>;
}

/** A TCP proxy on loopback, to record what two sides say and to break it. */
export async function startProxy(target: { readonly port: number; readonly host?: string }): Promise<Proxy> {
  const proxy = new TcpProxy(target.port, target.host ?? "127.0.0.1");
  await proxy.listen();
  return proxy;
}

interface Pair {
  readonly sockets: Record<Side, Socket>;
  readonly passed: Record<Side, number>;
  stalled: boolean;
}

const other = (side: Side): Side => (side === "client" ? "server" : "client");

class TcpProxy implements Proxy {
  transcript: Transcript = [];
  connections = 0;
  fault: Fault | undefined;
  readonly #target: { readonly port: number; readonly host: string };
  readonly #server = createServer((client) => {
    this.#accept(client);
  });
  readonly #pairs = new Set<Pair>();

  constructor(port: number, host: string) {
    this.#target = { port, host };
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  #accept(client: Socket): void {
    this.connections++;
    const transcript: Transcript = [];
    this.transcript = transcript;
    const server = connect(this.#target);
    const pair: Pair = { sockets: { client, server }, passed: { client: 0, server: 0 }, stalled: false };
    this.#pairs.add(pair);
    for (const side of ["client", "server"] as const) {
      const socket = pair.sockets[side];
      const peer = pair.sockets[other(side)];
      socket.setNoDelay(true);
      socket.on("data", (bytes: Buffer) => {
        if (!pair.stalled) this.#pass(pair, side, bytes, transcript);
      });
      socket.on("end", () => {
        if (!pair.stalled) peer.end();
      });
      socket.on("error", () => peer.destroy());
      socket.on("close", () => {
        if (!pair.stalled) peer.destroySoon();
        if (client.closed && server.closed) this.#pairs.delete(pair);
      });
    }
  }

  #pass(pair: Pair, side: Side, bytes: Buffer, transcript: Transcript): void {
    const { fault } = this;
    const left = fault?.from === side ? fault.after - pair.passed[side] : Infinity;
    const passing = bytes.subarray(0, Math.max(left, 0));
    if (passing.length > 0) {
      pair.passed[side] += passing.length;
      const last = transcript.at(-1);
      if (last?.from === side) transcript.splice(-1, 1, { from: side, bytes: Buffer.concat([last.bytes, passing]) });
      else transcript.push({ from: side, bytes: Buffer.from(passing) });
      const peer = pair.sockets[other(side)];
      if (!peer.write(passing)) {
        pair.sockets[side].pause();
        peer.once("drain", () => pair.sockets[side].resume());
      }
    }
    if (fault !== undefined && bytes.length >= left) this.#fail(pair, fault.action);
  }

  #fail(pair: Pair, action: Fault["action"]): void {
    pair.stalled = true;
    if (action === "stall") return;
    for (const socket of Object.values(pair.sockets)) {
      if (action === "reset") socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  fail(action: Fault["action"]): void {
    for (const pair of this.#pairs) this.#fail(pair, action);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    for (const { sockets } of this.#pairs) for (const socket of Object.values(sockets)) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
