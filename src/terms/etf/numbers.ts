import { Float, integer } from "../term.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";

/** Reads what follows SMALL_BIG_EXT or LARGE_BIG_EXT: a byte count, a sign byte, the magnitude little-endian. */
export function readBig(reader: Reader, length: number): number | bigint {
  const negative = reader.uint8("the sign of an integer") !== 0;
  const digits = reader.take(length, "an integer");
  const magnitude = magnitudeOf(digits);
  return integer(negative ? -magnitude : magnitude);
}

function magnitudeOf(littleEndian: Uint8Array): bigint {
  if (littleEndian.length <= 8) {
    let value = 0n;
    for (let i = littleEndian.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(littleEndian[i]!);
    return value;
  }
  // Reading the text of a hexadecimal number is the one way that is linear in V8.
  const bigEndian = littleEndian.toReversed();
  return BigInt(`0x${Buffer.from(bigEndian.buffer, bigEndian.byteOffset, bigEndian.length).toString("hex")}`);
}

/** The bytes of `magnitude`, which is not negative, little-endian without leading zeros. */
export function littleEndianOf(magnitude: bigint): Uint8Array {
  let hex = magnitude.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  return new Uint8Array(Buffer.from(hex, "hex")).reverse();
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
