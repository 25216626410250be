import { distributionError } from "./problems.js";

/** A node as it is named on the command line: NAME@HOST, NAME@HOST:PORT, NAME@[IPV6] or NAME@[IPV6]:PORT. */
export interface NodeAddress {
  /** The full node name, `NAME@HOST`. */
  readonly node: string;
  /** The part before the `@`: what epmd knows. */
  readonly alive: string;
  readonly host: string;
  /** Where the node listens, when epmd is not to be asked. */
  readonly port: number | undefined;
  /** A long name has a dot in its host, or is an IPv6 address. The two kinds do not connect to each other. */
  readonly names: "short" | "long";
}

const FORM = /^([^@\s]+)@(?:\[([0-9A-Za-z:.%]+)\]|([^@\s:[\]]+)|([^@\s[\]]*:[^@\s[\]]*:[^@\s[\]]*))$/;

/**
 * Reads a node address. An IPv6 host may stand without brackets when no port follows it.
 * Throws ProblemError `invalid-node-name`.
 */
export function parseNodeAddress(text: string): NodeAddress {
  const [, withoutPort = text, digits] = /^(.*@(?:\[[^\]]*\]|[^:]*)):([^:]*)$/.exec(text) ?? [];
  const [, alive, bracketed, plain, bareIpv6] = FORM.exec(withoutPort) ?? [];
  const host = bracketed ?? plain ?? bareIpv6;
  if (alive === undefined || host === undefined) {
    throw invalid(text, "A node is named NAME@HOST, or NAME@HOST:PORT to go without epmd.");
  }
  const port = digits === undefined ? undefined : Number(digits);
  if (digits !== undefined && (!/^\d{1,5}$/.test(digits) || port! < 1 || port! > 65_535)) {
    throw invalid(text, `A port is a number from 1 to 65535, not ${digits === "" ? "empty" : digits}.`);
  }
  const node = `${alive}@${host}`;
  if (node.length > 255) throw invalid(text, "A node name has at most 255 characters.");
  if (!isLatin1(node)) throw invalid(text, "A node name consists of Latin-1 characters.");
  return { node, alive, host, port, names: /[.:]/.test(host) ? "long" : "short" };
}

/** True when every character is one byte in Latin-1, which is how names travel in the handshake. */
export function isLatin1(text: string): boolean {
  return /^[\u0000-\u00ff]*$/.test(text);
}

function invalid(text: string, detail: string): Error {
  return distributionError("invalid-node-name", `${JSON.stringify(text)} is not a node name`, {
    detail,
    hint: "Ask the node itself: erlang:node() gives its name.",
  });
}
