import { Bitstring, Pid, type Term } from "../terms/term.js";

/** Readers of forms that OTP functions answer with, besides those of terms/access. Undefined for other terms. */

export function pidOf(term: Term | undefined): Pid | undefined {
  return term instanceof Pid ? term : undefined;
}

export function bytesOf(term: Term | undefined): Uint8Array | undefined {
  return term instanceof Bitstring && term.isBinary ? term.bytes : undefined;
}

/** The bytes as lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
