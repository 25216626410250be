import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import { atom, List, Pid } from "../terms/term.js";
import type { Mfa } from "../target/target.js";
import { parseNodeAddress, type NodeAddress } from "./address.js";
import { Cookie } from "./cookie.js";
import { Deadline } from "./deadline.js";
import { epmdPort } from "./epmd.js";
import { lookUpPort, unknownHost } from "./epmd-client.js";
import { Handshake, type Established, type OwnName } from "./handshake.js";
import { Link, RemoteNode } from "./node.js";
import { distributionError } from "./problems.js";
import { answerOf, openTcp, SocketFailure, startTls, type TlsOptions } from "./socket.js";

export interface ConnectOptions {
  /** NAME@HOST, through the epmd of HOST, or NAME@HOST:PORT, directly. */
  readonly node: string;
  readonly cookie: Cookie | string;
  /** How long all of it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Our own name on the node. By default the node makes one up, which can't be in use. */
  readonly name?: string | undefined;
  /** By default `ERL_EPMD_PORT`, else 4369. */
  readonly epmdPort?: number | undefined;
  /** Given: the connection is made over TLS (`-proto_dist inet_tls`). */
  readonly tls?: TlsOptions | undefined;
  /** A node that was silent for so long is gone, in milliseconds. 60 seconds by default, as net_ticktime. */
  readonly netTickTimeMs?: number | undefined;
  /** The longest message that is taken from the node. 256 MiB by default. */
  readonly maxMessageBytes?: number | undefined;
}

const NET_TICK_TIME_MS = 60_000;
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

type Phase = "epmd" | "connect" | "tls" | "handshake" | "identify";

/**
 * Connects to a node as a hidden node. Throws ProblemError, with a code of DistributionCode, when that can't be done in
 * time; nothing is left open then.
 */
export async function connect(options: ConnectOptions): Promise<RemoteNode> {
  const address = parseNodeAddress(options.node);
  const cookie = typeof options.cookie === "string" ? new Cookie(options.cookie) : options.cookie;
  const own = ownName(options.name, address);
  const deadline = new Deadline(options.timeoutMs);
  let phase: Phase = "epmd";
  try {
    const port = address.port ?? (await lookUpPort(address, options.epmdPort ?? epmdPort(process.env), deadline));
    phase = "connect";
    let socket = await openTcp(address.host, port, deadline);
    if (options.tls !== undefined) {
      phase = "tls";
      socket = await startTls(socket, address.host, options.tls, deadline);
    }
    phase = "handshake";
    const challenge = randomInt(2 ** 32);
    const headerBytes = options.tls === undefined ? 2 : 4;
    const handshake = new Handshake({ peer: address.node, own, cookie, challenge, headerBytes });
    const established = await shakeHands(socket, handshake, deadline);
    phase = "identify";
    const netTickTimeMs = options.netTickTimeMs ?? NET_TICK_TIME_MS;
    const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    return await identify(new Link(socket, established, { netTickTimeMs, maxMessageBytes }), deadline);
  } catch (error) {
    throw error instanceof SocketFailure ? explained(error, phase, address, options) : error;
  }
}

/**
 * Our name has the host part of the node's, so that it is of the same kind (short or long). A name that the node makes
 * up comes from a pool there, so that connecting often does not fill its atom table; it needs no epmd on our side, and
 * can't be in use. Every node since OTP 23 can do that (DFLAG_NAME_ME).
 */
function ownName(name: string | undefined, { host }: NodeAddress): OwnName {
  if (name === undefined) return { kind: "dynamic", host };
  const { node } = parseNodeAddress(name.includes("@") ? name : `${name}@${host}`);
  // 0 to 3 are creations of times before OTP 23.
  return { kind: "static", node, creation: randomInt(4, 2 ** 32) };
}

async function shakeHands(socket: Socket, handshake: Handshake, deadline: Deadline): Promise<Established> {
  socket.write(handshake.start());
  const receive = (bytes: Uint8Array): Established | undefined => {
    const { send, done, failed } = handshake.receive(bytes);
    for (const message of send) socket.write(message);
    if (failed !== undefined) throw failed;
    return done;
  };
  const closed = (): never => {
    throw handshake.closed();
  };
  try {
    return await answerOf(socket, deadline, receive, closed);
  } catch (error) {
    if (!(error instanceof SocketFailure) || error.kind !== "timeout") throw error;
    throw new SocketFailure("timeout", AWAITED[handshake.phase]);
  }
}

const AWAITED = {
  status: "It took the connection, but did not answer to our name.",
  challenge: "It took our name, but sent no challenge.",
  ack: "It did not answer to our reply to its challenge.",
  over: "",
} as const;

/** Asks the node for its release, and for the process that calls are to write to. */
async function identify(link: Link, deadline: Deadline): Promise<RemoteNode> {
  const timeoutMs = deadline.remainingMs;
  const { node } = link.peer;
  const [release, user] = await Promise.all([
    link.calls.call(erlang("system_info", "otp_release"), timeoutMs),
    link.calls.call(erlang("whereis", "user"), timeoutMs),
  ]);
  if (release.kind === "returned" && release.value instanceof List && user.kind === "returned") {
    // Without a `user` what a call writes is refused by our own process.
    if (user.value instanceof Pid) link.calls.groupLeader = user.value;
    return new RemoteNode(link, String.fromCodePoint(...(release.value.elements as number[])));
  }
  const { ended } = link.connection;
  await link.connection.close();
  const [failed = release] = [release, user].filter(({ kind }) => kind !== "returned");
  if (ended !== undefined) throw new SocketFailure("closed", ended.detail);
  if (failed.kind === "unknown") throw new SocketFailure("timeout", "It is connected, but did not answer a call.");
  throw distributionError("not-a-beam-node", `${node} does not say which OTP it runs`, {
    detail: `Its answer to erlang:system_info(otp_release): ${failed.kind === "not_sent" ? failed.cause : failed.kind}.`,
  });
}

function erlang(name: string, argument: string): Mfa {
  return { module: "erlang", function: name, args: [atom(argument)] };
}

function explained(failure: SocketFailure, phase: Phase, address: NodeAddress, options: ConnectOptions): Error {
  const { node, host, port } = address;
  const detail = /[.!]$/.test(failure.message) ? failure.message : `${failure.message}.`;
  switch (failure.kind) {
    case "host-unknown":
      return unknownHost(host, failure);
    case "unreachable":
      return distributionError("host-unreachable", `${host} can't be reached`, { detail });
    case "refused":
      return distributionError("connection-refused", `nothing listens at the port of ${node}`, {
        detail,
        hint:
          port === undefined
            ? "epmd says that the node listens there: a firewall, or a node that is just stopping."
            : "Check the port, or leave it out to ask epmd.",
      });
    case "tls":
      return distributionError("tls-failed", `no TLS connection to ${node}`, {
        detail,
        hint: "Does the node use -proto_dist inet_tls? Check the certificate authority, our own certificate and the name in the node's.",
      });
    case "timeout":
      return distributionError("connect-timeout", `${node} was not reached in ${options.timeoutMs} ms`, {
        detail: `${SLOW[phase]} ${phase === "handshake" || phase === "identify" ? detail : ""}`.trim(),
        hint: phase === "tls" || phase === "handshake" ? `${HANGS} ${TLS_HINT}` : HANGS,
      });
    case "closed":
      return distributionError("connection-closed", `the connection to ${node} ended while it was set up`, { detail });
  }
}

const HANGS = "It may hang, be overloaded, or be behind a firewall that drops packets.";
const TLS_HINT = "Perhaps one side uses TLS and the other does not.";
const SLOW: Record<Phase, string> = {
  epmd: "epmd did not answer in time.",
  connect: "No connection to its port came about in time.",
  tls: "TLS was not agreed on in time.",
  handshake: "The handshake did not end in time.",
  identify: "The handshake was done in time.",
};
