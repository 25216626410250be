import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { timerMs, type Deadline } from "./deadline.js";

/** Sockets with a deadline: the only file here that opens any. */

export interface TlsOptions {
  /** Certificates, PEM: who may have signed the node's. By default those that Node.js trusts. */
  readonly ca?: string | Uint8Array | undefined;
  /** Our own certificate and its key, PEM, for a node that asks for one. */
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  /** The name that the node's certificate must have, where it isn't the host part of the node's name. */
  readonly servername?: string | undefined;
}

export type SocketFailureKind = "host-unknown" | "refused" | "unreachable" | "timeout" | "tls" | "closed";

/** Why there is no connection, or none any more. `message` holds the system's code. */
export class SocketFailure extends Error {
  readonly kind: SocketFailureKind;
  constructor(kind: SocketFailureKind, message: string) {
    super(message);
    this.name = "SocketFailure";
    this.kind = kind;
  }
}

/** Opens a TCP connection. The socket is paused. Rejects with SocketFailure. */
export function openTcp(host: string, port: number, deadline: Deadline): Promise<Socket> {
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    // A host with several addresses: each gets its share of the time, not the quarter of a second that is the default.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(250, timerMs(deadline.remainingMs / 4)),
  });
  return established(socket, "connect", deadline);
}

/** Speaks TLS on a connection. Rejects with SocketFailure, mostly of kind `tls`. */
export async function startTls(socket: Socket, host: string, tls: TlsOptions, deadline: Deadline): Promise<Socket> {
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  const options: ConnectionOptions = {
    socket,
    // What the certificate is checked against.
    host: servername ?? host,
    ...(servername === undefined ? {} : { servername }),
    ...(tls.ca === undefined ? {} : { ca: pem(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: pem(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
  };
  let secured: Socket;
  try {
    secured = connectTls(options);
  } catch (error) {
    // A certificate or a key that is none.
    socket.destroy();
    throw new SocketFailure("tls", error instanceof Error ? error.message : String(error));
  }
  return established(secured, "secureConnect", deadline);
}

const pem = (text: string | Uint8Array): string | Buffer => (typeof text === "string" ? text : Buffer.from(text));

function established(socket: Socket, event: "connect" | "secureConnect", deadline: Deadline): Promise<Socket> {
  // Nobody may be listening when a late error comes; it must not end the process.
  socket.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    const fail = (failure: SocketFailure): void => {
      settle();
      socket.destroy();
      reject(failure);
    };
    const settle = (): void => {
      clearTimeout(timer);
      socket.off(event, connected).off("error", failed).off("close", closed);
    };
    const connected = (): void => {
      settle();
      socket.pause();
      resolve(socket);
    };
    const failed = (error: Error): void => {
      const failure = failureOf(error);
      // A side that does not speak TLS closes on what it can't read.
      const kind = event === "secureConnect" && failure.kind === "closed" ? "tls" : failure.kind;
      fail(new SocketFailure(kind, failure.message));
    };
    const closed = (): void => {
      failed(new Error("the other side closed the connection"));
    };
    const timer = setTimeout(() => {
      fail(new SocketFailure("timeout", "no connection in time"));
    }, deadline.remainingMs);
    socket.on(event, connected).on("error", failed).on("close", closed);
  });
}

/**
 * Waits for an answer: feeds what arrives to `receive` until that gives something. The socket is paused then, and still
 * open. `closed` says what it means that the other side closes; by default that is a failure. Rejects with SocketFailure,
 * or with what `receive` or `closed` throws.
 */
export function answerOf<T>(
  socket: Socket,
  deadline: Deadline,
  receive: (bytes: Uint8Array) => T | undefined,
  closed?: () => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      socket.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
    };
    const fail = (error: unknown): void => {
      settle();
      socket.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onData = (bytes: Uint8Array): void => {
      try {
        const answer = receive(bytes);
        if (answer === undefined) return;
        settle();
        socket.pause();
        resolve(answer);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = (): void => {
      if (closed === undefined) {
        fail(new SocketFailure("closed", "the other side closed the connection"));
        return;
      }
      try {
        const answer = closed();
        settle();
        resolve(answer);
      } catch (error) {
        fail(error);
      }
    };
    const onError = (error: Error): void => {
      fail(failureOf(error));
    };
    const timer = setTimeout(() => {
      fail(new SocketFailure("timeout", "no answer in time"));
    }, deadline.remainingMs);
    socket.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
    if (socket.destroyed) onEnd();
    else socket.resume();
  });
}

/** What a system error means. */
export function failureOf(error: Error): SocketFailure {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return new SocketFailure(kindOf(code), code === "" ? error.message : `${error.message || "failed"} (${code})`);
}

function kindOf(code: string): SocketFailureKind {
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) return "host-unknown";
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ECONNRESET" || code === "EPIPE") return "closed";
  if (/^(E|UV_)[A-Z0-9]+$/.test(code)) return "unreachable";
  // What is left are the codes of OpenSSL and of Node's certificate checks: ERR_SSL_..., CERT_HAS_EXPIRED, ...
  return code === "" ? "closed" : "tls";
}
