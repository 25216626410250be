/** The requests to epmd that we make and its replies: erl_dist_protocol, "EPMD Protocol". Codecs only. */

const PORT_PLEASE2_REQ = 122;
const PORT2_RESP = 119;
const NAMES_REQ = 110;

/** The port of epmd where nothing else is said. */
export const DEFAULT_EPMD_PORT = 4369;

/** A request with its two-byte length: `request` is its tag and what follows. */
function packet(tag: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(3 + body.length);
  new DataView(bytes.buffer).setUint16(0, 1 + body.length);
  bytes[2] = tag;
  bytes.set(body, 3);
  return bytes;
}

/** PORT_PLEASE2_REQ: where does the node with this alive name (the part before the `@`) listen? */
export function encodePortPlease(alive: string): Uint8Array {
  return packet(PORT_PLEASE2_REQ, new TextEncoder().encode(alive));
}

/** NAMES_REQ: which nodes are registered? */
export function encodeNames(): Uint8Array {
  return packet(NAMES_REQ, new Uint8Array());
}

export type PortReply =
  | { readonly kind: "port"; readonly port: number; readonly highestVersion: number; readonly lowestVersion: number }
  /** No such node. */
  | { readonly kind: "unknown" }
  /** Not a reply of epmd. */
  | { readonly kind: "garbage" }
  /** Not all there yet. */
  | { readonly kind: "more" };

/** PORT2_RESP, from all bytes received so far. epmd closes after it, so nothing follows. */
export function decodePortReply(bytes: Uint8Array): PortReply {
  if (bytes.length > 0 && bytes[0] !== PORT2_RESP) return { kind: "garbage" };
  if (bytes.length < 2) return { kind: "more" };
  if (bytes[1] !== 0) return { kind: "unknown" };
  if (bytes.length < 10) return { kind: "more" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { kind: "port", port: view.getUint16(2), highestVersion: view.getUint16(6), lowestVersion: view.getUint16(8) };
}

/** NAMES_RESP, complete: the alive names that epmd knows. Undefined when it is not a reply of epmd. */
export function decodeNames(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length < 4) return undefined;
  const names: string[] = [];
  for (const line of new TextDecoder().decode(bytes.subarray(4)).split("\n")) {
    if (line === "") continue;
    const [, name] = /^name (.*) at port \d+$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names.sort();
}

/** The port of epmd: `ERL_EPMD_PORT` where it is a port, else 4369, as every Erlang program decides it. */
export function epmdPort(env: Readonly<Record<string, string | undefined>>): number {
  const port = Number(env["ERL_EPMD_PORT"]);
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : DEFAULT_EPMD_PORT;
}
