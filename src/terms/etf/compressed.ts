import { inflateSync } from "node:zlib";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";

/**
 * Reads what follows COMPRESSED, up to the end: the size of the term, then the term as a zlib stream. Never inflates
 * further than the declared size, nor than `maxBytes`; the stream must have exactly the declared size.
 */
export function readCompressed(reader: Reader, maxBytes: number): Uint8Array {
  const at = reader.offset;
  const size = reader.uint32("the size of a compressed term");
  if (size > maxBytes) throw new EtfError(at, `a compressed term of at most ${maxBytes} bytes`, `${size}`);
  const start = reader.offset;
  const { buffer, consumed } = inflate(reader.take(reader.remaining, "a zlib stream"), size, at);
  if (buffer.length !== size) throw mismatch(at, size, `one of ${buffer.length}`);
  reader.offset = start + consumed;
  if (reader.remaining > 0) throw new EtfError(reader.offset, "the end of the term", `${reader.remaining} more bytes`);
  return buffer;
}

/** The inflated bytes, of which there are at most `size`, and how many bytes the stream has. */
function inflate(stream: Uint8Array, size: number, at: number): { buffer: Buffer; consumed: number } {
  try {
    // With `info` the answer has another shape, which the types of Node.js 20 leave out.
    const { buffer, engine } = inflateSync(stream, { maxOutputLength: Math.max(size, 1), info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return { buffer, consumed: engine.bytesWritten };
  } catch (error) {
    throw mismatch(at, size, error instanceof RangeError ? "a longer one" : "bytes that are none");
  }
}

function mismatch(at: number, size: number, found: string): EtfError {
  return new EtfError(at, `a zlib stream of ${size} bytes`, found);
}
