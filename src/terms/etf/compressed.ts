import { inflateSync } from "node:zlib";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";

/**
 * Reads what follows COMPRESSED: the size of the term, then the term as a zlib stream.
 * Never inflates further than the declared size, nor than `maxBytes`; the stream must have exactly the declared size.
 */
export function readCompressed(reader: Reader, maxBytes: number): Uint8Array {
  const at = reader.offset;
  const size = reader.uint32("the size of a compressed term");
  if (size > maxBytes) throw new EtfError(at, `a compressed term of at most ${maxBytes} bytes`, `${size}`);
  const compressed = reader.take(reader.remaining, "a compressed term");
  let inflated: Buffer;
  try {
    // One byte more than declared, so that a stream that goes on is told apart from one that ends there.
    inflated = inflateSync(compressed, { maxOutputLength: size + 1 });
  } catch (error) {
    const tooLong = error instanceof RangeError;
    throw new EtfError(at, `a zlib stream of ${size} bytes`, tooLong ? "a longer one" : "bytes that are none");
  }
  if (inflated.length !== size) throw new EtfError(at, `a zlib stream of ${size} bytes`, `one of ${inflated.length}`);
  return inflated;
}
