import { ProblemError, type Problem } from "../terms/problem.js";

/** The codes of everything that can go wrong between a node name and a connected node. Stable, for machines. */
export type DistributionCode =
  /** Not NAME@HOST or NAME@HOST:PORT. */
  | "invalid-node-name"
  | "cookie-missing"
  | "cookie-unreadable"
  | "cookie-invalid"
  /** The host part has no address. */
  | "host-unknown"
  | "host-unreachable"
  /** Nothing listens where epmd should. */
  | "epmd-unreachable"
  /** Something answered at epmd's port, but not epmd. */
  | "not-epmd"
  /** epmd runs, but knows no such node. */
  | "node-not-registered"
  /** Nothing listens at the node's own port. */
  | "connection-refused"
  /** What listens there does not speak the distribution protocol. */
  | "not-erlang"
  /** It speaks it, but is another node than the one asked for. */
  | "wrong-node"
  /** The node is older than OTP 25. */
  | "otp-too-old"
  /** The node speaks the protocol without what is needed here: no BEAM node, perhaps a C or Java node. */
  | "not-a-beam-node"
  | "wrong-cookie"
  /** Our own name is in use on that node. */
  | "name-in-use"
  | "not-allowed"
  | "tls-required"
  | "tls-failed"
  | "tls-files"
  | "connect-timeout"
  /** The connection ended while it was being set up. */
  | "connection-closed";

/** An error that says what went wrong, and what to do. The texts never hold a cookie. */
export function distributionError(
  code: DistributionCode,
  summary: string,
  texts: { readonly detail?: string; readonly hint?: string } = {},
): ProblemError {
  const problem: Problem = { code, severity: "error", summary, ...texts };
  return new ProblemError([problem]);
}
