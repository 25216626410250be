/**
 * A real BEAM node as a Target, over the Erlang distribution protocol (erl_dist_protocol in OTP's documentation).
 *
 * We connect as a hidden node that listens nowhere and is registered with no epmd. Its name is made up by the node we
 * connect to. Nothing has to be installed there. Calls are what erpc:call/5 is made of.
 *
 * From the outside in; a layer knows only the ones below it. Those marked with a star do no I/O: they take bytes or
 * terms and give bytes, terms or decisions.
 *
 *     connect.ts          all steps to a connected node, in one time limit; errors in words
 *     node.ts             RemoteNode, the Target: calls, signals to our own process, its end
 *       erpc.ts *         calls that are under way, and what an answer means
 *       signals.ts *      messages, exits and monitors that concern our own process
 *       own-process.ts *  our pid and our references
 *     connection.ts       packets in and out of a socket, ticks, backpressure, the end
 *       outbox.ts *       messages that wait to be written
 *       heartbeat.ts *    when to tick, to ask for a sign of life, to give up
 *       control.ts *      control messages as typed records
 *       fragments.ts *    a message in one packet or several
 *       frames.ts *       packets with a length before them
 *     handshake.ts *      version 6, the connecting side; handshake-messages.ts *, handshake-problems.ts *, flags.ts *
 *     epmd-client.ts      where does the node listen?  epmd.ts *
 *     socket.ts           TCP and TLS with a deadline (deadline.ts)
 *     address.ts *        NAME@HOST[:PORT]
 *     cookie.ts *         the shared secret; cookie-file.ts finds it
 *     tls-files.ts        certificates and keys from files
 *     problems.ts *       the codes of all errors
 */
export { connect, type ConnectOptions } from "./connect.js";
export { RemoteNode } from "./node.js";
export type { Signal } from "./signals.js";
export { Cookie } from "./cookie.js";
export { findCookie, type CookieSource, type FoundCookie } from "./cookie-file.js";
export { parseNodeAddress, type NodeAddress } from "./address.js";
export { readTlsFiles, type TlsFiles } from "./tls-files.js";
export type { TlsOptions } from "./socket.js";
export type { DistributionCode } from "./problems.js";
