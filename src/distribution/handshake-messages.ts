/** The messages of handshake version 6, as bodies of two-byte packets: erl_dist_protocol, "The Handshake in Detail". */

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
const latin1Text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const tag = { name: 0x4e, oldName: 0x6e, status: 0x73, reply: 0x72, ack: 0x61 } as const;

/** `send_name` ('N'). `name` is the node name, or with NAME_ME among the flags the host alone. */
export function encodeName(flags: bigint, creation: number, name: string): Uint8Array {
  const text = latin1(name);
  const body = new Uint8Array(15 + text.length);
  const view = viewOf(body);
  view.setUint8(0, tag.name);
  view.setBigUint64(1, flags);
  view.setUint32(9, creation);
  view.setUint16(13, text.length);
  body.set(text, 15);
  return body;
}

/** `send_status` ('s'): here only the answer to `alive`. */
export function encodeStatus(status: "true" | "false"): Uint8Array {
  return latin1(`s${status}`);
}

/** `challenge_reply` ('r'): our challenge and the digest of theirs. */
export function encodeChallengeReply(challenge: number, digest: Uint8Array): Uint8Array {
  const body = new Uint8Array(5 + digest.length);
  body[0] = tag.reply;
  viewOf(body).setUint32(1, challenge);
  body.set(digest, 5);
  return body;
}

export type Status =
  | { readonly status: "ok" | "ok_simultaneous" | "nok" | "not_allowed" | "alive" }
  /** The node names us. */
  | { readonly status: "named"; readonly node: string; readonly creation: number };

/** `recv_status` ('s'). Undefined for what is none. */
export function decodeStatus(body: Uint8Array): Status | undefined {
  const status = latin1Text(body.subarray(1));
  switch (status) {
    case "ok":
    case "ok_simultaneous":
    case "nok":
    case "not_allowed":
    case "alive":
      return { status };
    default:
      return status.startsWith("named:") ? decodeNamed(body) : undefined;
  }
}

function decodeNamed(body: Uint8Array): Status | undefined {
  const at = 1 + "named:".length;
  if (body.length < at + 2) return undefined;
  const nameEnd = at + 2 + viewOf(body).getUint16(at);
  // More may follow the creation; it is to be ignored.
  if (body.length < nameEnd + 4) return undefined;
  return {
    status: "named",
    node: latin1Text(body.subarray(at + 2, nameEnd)),
    creation: viewOf(body).getUint32(nameEnd),
  };
}

export interface Challenge {
  readonly flags: bigint;
  readonly challenge: number;
  readonly creation: number;
  readonly node: string;
}

/** `recv_challenge` ('N'). Undefined for what is none; what follows the name is to be ignored. */
export function decodeChallenge(body: Uint8Array): Challenge | undefined {
  if (body.length < 19) return undefined;
  const view = viewOf(body);
  const nameEnd = 19 + view.getUint16(17);
  if (body.length < nameEnd) return undefined;
  return {
    flags: view.getBigUint64(1),
    challenge: view.getUint32(9),
    creation: view.getUint32(13),
    node: latin1Text(body.subarray(19, nameEnd)),
  };
}

/** The digest of a `challenge_ack` ('a'). */
export function decodeChallengeAck(body: Uint8Array): Uint8Array | undefined {
  return body.length === 17 ? body.subarray(1) : undefined;
}
