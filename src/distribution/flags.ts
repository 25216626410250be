/**
 * Capability flags of the distribution handshake: erl_dist_protocol, "Distribution Flags"; the values are those of OTP's
 * dist.hrl. They need 36 bits and so are bigints.
 */

export const flag = {
  PUBLISHED: 0x1n,
  ATOM_CACHE: 0x2n,
  EXTENDED_REFERENCES: 0x4n,
  DIST_MONITOR: 0x8n,
  FUN_TAGS: 0x10n,
  DIST_MONITOR_NAME: 0x20n,
  HIDDEN_ATOM_CACHE: 0x40n,
  NEW_FUN_TAGS: 0x80n,
  EXTENDED_PIDS_PORTS: 0x100n,
  EXPORT_PTR_TAG: 0x200n,
  BIT_BINARIES: 0x400n,
  NEW_FLOATS: 0x800n,
  UNICODE_IO: 0x1000n,
  DIST_HDR_ATOM_CACHE: 0x2000n,
  SMALL_ATOM_TAGS: 0x4000n,
  UTF8_ATOMS: 0x1_0000n,
  MAP_TAG: 0x2_0000n,
  BIG_CREATION: 0x4_0000n,
  SEND_SENDER: 0x8_0000n,
  BIG_SEQTRACE_LABELS: 0x10_0000n,
  EXIT_PAYLOAD: 0x40_0000n,
  FRAGMENTS: 0x80_0000n,
  HANDSHAKE_23: 0x100_0000n,
  UNLINK_ID: 0x200_0000n,
  MANDATORY_25_DIGEST: 0x400_0000n,
  SPAWN: 0x1_0000_0000n,
  NAME_ME: 0x2_0000_0000n,
  V4_NC: 0x4_0000_0000n,
  ALIAS: 0x8_0000_0000n,
} as const;

export type FlagName = keyof typeof flag;

const allOf = (names: readonly FlagName[]): bigint => names.reduce((flags, name) => flags | flag[name], 0n);

/** What MANDATORY_25_DIGEST stands for: a peer may set that one flag instead of all of these. */
const MANDATORY_25 = allOf([
  "EXTENDED_REFERENCES",
  "FUN_TAGS",
  "EXTENDED_PIDS_PORTS",
  "NEW_FUN_TAGS",
  "EXPORT_PTR_TAG",
  "BIT_BINARIES",
  "NEW_FLOATS",
  "UTF8_ATOMS",
  "MAP_TAG",
  "BIG_CREATION",
  "HANDSHAKE_23",
]);

/**
 * What we offer: all that OTP 25 to 28 demand of a peer, and what calls need. Not PUBLISHED, which makes us a hidden
 * node; none of the atom caches, so that a message can be read by itself.
 */
export const OFFERED =
  MANDATORY_25 |
  allOf([
    "DIST_MONITOR",
    "DIST_MONITOR_NAME",
    "SMALL_ATOM_TAGS",
    "SEND_SENDER",
    "BIG_SEQTRACE_LABELS",
    "EXIT_PAYLOAD",
    "FRAGMENTS",
    "UNLINK_ID",
    "MANDATORY_25_DIGEST",
    "SPAWN",
    "V4_NC",
    "ALIAS",
  ]);

/** What we can't do without. Every BEAM node has these since OTP 23.3. */
const REQUIRED =
  MANDATORY_25 | allOf(["DIST_MONITOR", "DIST_MONITOR_NAME", "SEND_SENDER", "EXIT_PAYLOAD", "UNLINK_ID", "SPAWN"]);

export type Negotiated =
  | { readonly ok: true; readonly flags: bigint }
  /** `tooOld`: a BEAM node, but older than OTP 25. */
  | { readonly ok: false; readonly tooOld: boolean; readonly missing: readonly FlagName[] };

/** The flags of the connection: those that both sides have (dist_util: adjust_flags, check_dflags). */
export function negotiate(ours: bigint, theirs: bigint): Negotiated {
  const digest = (theirs & flag.MANDATORY_25_DIGEST) !== 0n;
  const flags = ours & (digest ? theirs | MANDATORY_25 : theirs);
  const missing = (Object.keys(flag) as FlagName[]).filter((name) => (flag[name] & REQUIRED & ~flags) !== 0n);
  // The nodes of OTP 23 and 24 can spawn on request; the digest came with OTP 25.
  if (!digest && !missing.includes("SPAWN")) return { ok: false, tooOld: true, missing: ["MANDATORY_25_DIGEST"] };
  return missing.length === 0 ? { ok: true, flags } : { ok: false, tooOld: false, missing };
}
