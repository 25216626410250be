import type { ProblemError } from "../terms/problem.js";
import type { HandshakePhase } from "./handshake.js";
import { distributionError } from "./problems.js";

/** What can be wrong with a handshake, in words. `peer` is the node that was asked for, `own` our name there. */

/** Not the protocol. `bytes` is the start of what came: a TLS alert is told apart. */
export function notErlang(peer: string, bytes: Uint8Array): ProblemError {
  // A TLS server that can't read our first message answers with an alert record: type 21, version 3.x.
  if (bytes[0] === 0x15 && bytes[1] === 0x03) {
    return distributionError("tls-required", `${peer} takes distribution connections over TLS only`, {
      detail: "It answered with a TLS alert.",
      hint: "Give the certificate authority of the cluster, and a certificate and key if it asks for them.",
    });
  }
  return distributionError("not-erlang", `what listens for ${peer} is not an Erlang node`, {
    detail: `It answered ${excerpt(bytes)}.`,
    hint: "Check the port: an Erlang node must listen there for distribution.",
  });
}

export function wrongNode(peer: string, found: string): ProblemError {
  return distributionError("wrong-node", `the node that listens there is ${found}, not ${peer}`, {
    hint: `If that is the one, name it: ${found}.`,
  });
}

export function tooOld(peer: string, speaks: string): ProblemError {
  return distributionError("otp-too-old", `${peer} runs an OTP older than 25`, {
    detail: `It speaks the distribution protocol ${speaks}.`,
    hint: "OTP 25 and later are supported.",
  });
}

export function notBeam(peer: string, missing: readonly string[]): ProblemError {
  return distributionError("not-a-beam-node", `${peer} is not a BEAM node that can be upgraded`, {
    detail: `It lacks the capabilities ${missing.join(", ")}. C and Java nodes lack them, and nodes older than OTP 23.`,
    hint: "Name a node that runs OTP 25 or later.",
  });
}

export function nameInUse(peer: string, own: string): ProblemError {
  return distributionError("name-in-use", `${peer} has a connection to a node called ${own} already`, {
    hint: "Use another name for this side, or none: the node then makes one up.",
  });
}

export function notAllowed(peer: string, own: string): ProblemError {
  return distributionError("not-allowed", `${peer} does not allow a connection from ${own}`, {
    detail: "Either net_kernel:allow/1 was called there with other nodes, or it needs capabilities not offered here.",
    hint: `Call net_kernel:allow(['${own}']) on the node.`,
  });
}

/** The node has sent the wrong digest: it does not have our cookie, though it took ours. */
export function peerCookie(peer: string): ProblemError {
  return distributionError("wrong-cookie", `${peer} could not prove that it has the cookie`, {
    detail: "It accepted our answer to its challenge, but its own answer to ours is wrong.",
    hint: "Either another program answers for the node, or the node has set a cookie for this name only.",
  });
}

/** What it means that the node closed the connection in this phase. */
export function closedDuring(phase: HandshakePhase, peer: string, own: string): ProblemError {
  if (phase === "ack") {
    return distributionError("wrong-cookie", `${peer} has another cookie`, {
      detail: `It closed the connection when it had seen our answer to its challenge (as ${own}).`,
      hint: "Compare with erlang:get_cookie() on the node; give it with --cookie-file or RELUPCTL_COOKIE.",
    });
  }
  return distributionError("connection-closed", `${peer} closed the connection during the handshake`, {
    detail: phase === "status" ? "It closed when it had seen our name." : "It closed before it sent its challenge.",
    hint: "It may be stopping, older than OTP 23, or want TLS; its log says more.",
  });
}

/** The first bytes as text, what is not printable escaped. */
export function excerpt(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 40);
  return JSON.stringify(Buffer.from(shown).toString("latin1")) + (bytes.length > shown.length ? "..." : "");
}
