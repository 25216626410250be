import { gunzipSync } from "node:zlib";
import { BeamError } from "./error.js";

/** Larger files are refused: the largest of OTP itself have some MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * The file as it was before it was compressed as a whole, as `beam_lib:strip_files/1` and the option `compressed` of
 * the compiler do; the bytes themselves when they are not compressed.
 *
 * Throws {@link BeamError} when the compressed data are damaged or unpack to more than `maxBytes`.
 */
export function gunzip(bytes: Uint8Array, maxBytes: number = MAX_BYTES): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new BeamError(undefined, 0, `at most ${maxBytes} bytes, unpacked`, "more");
    throw new BeamError(undefined, 0, "gzip data", "damaged ones");
  }
}
