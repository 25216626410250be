import { Float, integer } from "../term.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";

/** Reads what follows SMALL_BIG_EXT or LARGE_BIG_EXT and the length: a sign byte, then the magnitude, lowest byte first. */
export function readBig(reader: Reader, length: number): number | bigint {
  if (length > MAX_BYTES) throw new EtfError(reader.offset, `an integer of at most ${MAX_BYTES} bytes`, `${length}`);
  const negative = reader.uint8("the sign of an integer") !== 0;
  reader.need(length, "an integer");
  const at = reader.offset;
  reader.offset += length;
  if (length <= 6) {
    const magnitude = upTo6(reader.bytes, at, length);
    return negative && magnitude !== 0 ? -magnitude : magnitude;
  }
  const magnitude = length <= WORDS_MAX ? fromWords(reader, at, length) : fromHex(reader, at, length);
  return integer(negative ? -magnitude : magnitude);
}

/** A bigint has at most 2^30 bits in V8; Erlang's integers end well below. */
const MAX_BYTES = 2 ** 26;

/** Up to here shifting words together is quicker than going through a text; beyond, its quadratic cost shows. */
const WORDS_MAX = 256;

/** The magnitude in at most 6 bytes, which a number holds exactly. */
function upTo6(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at + length - 1; i >= at; i--) value = value * 256 + bytes[i]!;
  return value;
}

function fromWords({ bytes, view }: Reader, at: number, length: number): bigint {
  const odd = length % 8;
  let next = at + length - odd;
  let magnitude = BigInt(upTo6(bytes, next, Math.min(odd, 6)));
  if (odd === 7) magnitude |= BigInt(bytes[next + 6]!) << 48n;
  while (next > at) {
    next -= 8;
    const word = view.getBigUint64(next, true);
    magnitude = magnitude === 0n ? word : (magnitude << 64n) | word;
  }
  return magnitude;
}

function fromHex({ bytes }: Reader, at: number, length: number): bigint {
  const highestFirst = Buffer.from(bytes.subarray(at, at + length)).reverse();
  return BigInt(`0x${highestFirst.toString("hex")}`);
}

/** Reads what follows NEW_FLOAT_EXT. */
export function readFloat(reader: Reader): Float {
  const at = reader.offset;
  const value = reader.float64("a float");
  if (!Number.isFinite(value)) throw new EtfError(at, "a finite float", String(value));
  return new Float(value);
}

const FLOAT_TEXT = /^[+-]?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?$/;

/** Reads what follows FLOAT_EXT: 31 bytes of text, padded with zeros, that C's `"%.20e"` wrote. */
export function readFloatText(reader: Reader): Float {
  const at = reader.offset;
  const bytes = reader.take(31, "a float as text");
  const end = bytes.indexOf(0);
  const text = String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
  const value = FLOAT_TEXT.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new EtfError(at, "a float as text", JSON.stringify(text));
  return new Float(value);
}
