import type { NodeAddress } from "./address.js";
import type { Deadline } from "./deadline.js";
import { decodeNames, decodePortReply, encodeNames, encodePortPlease } from "./epmd.js";
import { excerpt, tooOld } from "./handshake-problems.js";
import { distributionError } from "./problems.js";
import { answerOf, openTcp, SocketFailure } from "./socket.js";

/** Every node that we can talk to has at least this one. */
const DISTRIBUTION_VERSION = 6;

/**
 * Asks the epmd of the node's host where the node listens. Throws ProblemError: `host-unknown`, `host-unreachable`,
 * `epmd-unreachable`, `not-epmd`, `node-not-registered` (with the nodes that epmd knows), `otp-too-old`; SocketFailure
 * `timeout` when the time is over.
 */
export async function lookUpPort(address: NodeAddress, epmdPort: number, deadline: Deadline): Promise<number> {
  const { node, alive, host } = address;
  const reply = await ask(host, epmdPort, encodePortPlease(alive), deadline, (bytes, complete) => {
    const decoded = decodePortReply(bytes);
    if (decoded.kind === "more") return complete ? "garbage" : undefined;
    return decoded.kind === "garbage" ? "garbage" : decoded;
  });
  if (reply.kind === "unknown") throw await notRegistered(address, epmdPort, deadline);
  if (reply.highestVersion < DISTRIBUTION_VERSION) throw tooOld(node, `version ${reply.highestVersion}`);
  return reply.port;
}

/** Sends one request; `decode` is given all that came so far, and whether that is all. */
async function ask<T>(
  host: string,
  port: number,
  request: Uint8Array,
  deadline: Deadline,
  decode: (bytes: Uint8Array, complete: boolean) => T | "garbage" | undefined,
): Promise<T> {
  const where = `${host}:${port}`;
  let received: Uint8Array = new Uint8Array();
  const next = (complete: boolean): T | undefined => {
    const answer = decode(received, complete);
    if (answer !== "garbage" && received.length <= MAX_REPLY_BYTES) return answer;
    throw distributionError("not-epmd", `what listens on ${where} is not epmd`, {
      detail:
        received.length === 0 ? "It closed the connection without an answer." : `It answered ${excerpt(received)}.`,
      hint: "Set ERL_EPMD_PORT to epmd's port, or name the node's own port: NAME@HOST:PORT.",
    });
  };
  try {
    const socket = await openTcp(host, port, deadline);
    try {
      socket.write(request);
      const receive = (bytes: Uint8Array): T | undefined => {
        received = Buffer.concat([received, bytes]);
        return next(false);
      };
      return await answerOf(socket, deadline, receive, () => next(true)!);
    } finally {
      socket.destroy();
    }
  } catch (error) {
    throw error instanceof SocketFailure ? explained(error, host, where) : error;
  }
}

/** epmd's list of names has a line of 30 or 40 bytes for each node of the host. */
const MAX_REPLY_BYTES = 1024 * 1024;

function explained(failure: SocketFailure, host: string, where: string): Error {
  const hint = "Is the node started with -name or -sname? Without epmd, name its own port: NAME@HOST:PORT.";
  const detail = `${failure.message}.`;
  switch (failure.kind) {
    case "timeout":
      return failure;
    case "host-unknown":
      return unknownHost(host, failure);
    case "unreachable":
      return distributionError("host-unreachable", `${host} can't be reached`, { detail });
    case "refused":
      return distributionError("epmd-unreachable", `no epmd listens on ${where}`, { detail, hint });
    case "closed":
    case "tls":
      return distributionError("not-epmd", `what listens on ${where} is not epmd`, { detail, hint });
  }
}

export function unknownHost(host: string, failure: SocketFailure): Error {
  return distributionError("host-unknown", `the host ${host} has no address`, {
    detail: `${failure.message}.`,
    hint: "The part of a node's name after the @ must be a name or an address that this machine can look up.",
  });
}

async function notRegistered(address: NodeAddress, epmdPort: number, deadline: Deadline): Promise<Error> {
  const { node, alive, host } = address;
  let names: readonly string[] | undefined;
  try {
    names = await ask(host, epmdPort, encodeNames(), deadline, (bytes, complete) =>
      complete ? (decodeNames(bytes) ?? "garbage") : undefined,
    );
  } catch {
    // The list only helps; that the node is not registered is known without it.
  }
  const known = names?.length === 0 ? "It knows no node." : `It knows ${names?.join(", ") ?? ""}.`;
  return distributionError("node-not-registered", `epmd on ${host} knows no node called ${alive}`, {
    ...(names === undefined ? {} : { detail: known }),
    hint: `Is ${node} running, and distributed? erlang:node() on it tells its name.`,
  });
}
