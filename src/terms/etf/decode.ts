import type { Term } from "../term.js";
import { readCompressed } from "./compressed.js";
import { EtfError } from "./error.js";
import { readTerm } from "./read-term.js";
import { Reader } from "./reader.js";
import * as tag from "./tags.js";

export { EtfError } from "./error.js";

export interface DecodeOptions {
  /** A compressed term that says that it is larger is refused. In bytes; 64 MiB when not given. */
  readonly maxInflatedBytes?: number;
}

const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/**
 * The term of `bytes`, as `erlang:binary_to_term/1` reads it: the version byte 131, then one term, compressed or not.
 * Unlike there, nothing may follow it.
 *
 * Throws {@link EtfError} when the bytes are anything else.
 */
export function decodeTerm(bytes: Uint8Array, options: DecodeOptions = {}): Term {
  const reader = new Reader(bytes);
  const version = reader.uint8("the version byte 131");
  if (version !== tag.VERSION) throw new EtfError(0, "the version byte 131", `${version}`);
  if (reader.bytes[reader.offset] === tag.COMPRESSED) {
    reader.offset++;
    const inflated = readCompressed(reader, options.maxInflatedBytes ?? MAX_INFLATED_BYTES);
    return decodeWhole(new Reader(inflated));
  }
  return decodeWhole(reader);
}

function decodeWhole(reader: Reader): Term {
  const term = readTerm(reader);
  if (reader.remaining > 0) throw new EtfError(reader.offset, "the end of the term", `${reader.remaining} more bytes`);
  return term;
}

/**
 * The term that starts at `offset`, without a version byte, and the offset of what follows it: for the distribution
 * protocol, where several terms stand after one another.
 *
 * Throws {@link EtfError} when no term starts there.
 */
export function decodeTermAt(bytes: Uint8Array, offset: number): { readonly term: Term; readonly next: number } {
  const reader = new Reader(bytes, offset);
  const term = readTerm(reader);
  return { term, next: reader.offset };
}
