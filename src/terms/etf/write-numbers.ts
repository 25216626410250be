import { EtfError } from "./error.js";
import * as tag from "./tags.js";
import type { Writer } from "./writer.js";

/** Appends an integer: one byte, or 32 bits, or as many bytes as it takes. Throws for a number that is none. */
export function writeInteger(writer: Writer, value: number): void {
  if ((value & 0xff) === value) {
    writer.tagged8(tag.SMALL_INTEGER_EXT, value);
  } else if ((value | 0) === value) {
    writer.tagged32(tag.INTEGER_EXT, value);
  } else if (Number.isSafeInteger(value)) {
    writeSafe(writer, value);
  } else {
    throw new EtfError(writer.length, "a safe integer, a bigint or a Float", `the number ${value}`);
  }
}

/** An integer beyond 32 bits that a number holds: 4 to 7 bytes. */
function writeSafe(writer: Writer, value: number): void {
  const magnitude = Math.abs(value);
  let high = Math.floor(magnitude / 2 ** 32);
  const at = writer.reserve(3 + 8);
  const { bytes } = writer;
  bytes[at] = tag.SMALL_BIG_EXT;
  bytes[at + 2] = value < 0 ? 1 : 0;
  bytes[at + 3] = magnitude;
  bytes[at + 4] = magnitude >>> 8;
  bytes[at + 5] = magnitude >>> 16;
  bytes[at + 6] = magnitude >>> 24;
  let size = 4;
  for (; high > 0; high >>>= 8) bytes[at + 3 + size++] = high;
  bytes[at + 1] = size;
  writer.length = at + 3 + size;
}

/** A magnitude below this fits SMALL_BIG_EXT, whose length is one byte. */
const SMALL_BIG_LIMIT = 1n << (255n * 8n);

/** Appends an integer that is given as a bigint, also one that a number would hold. */
export function writeBigint(writer: Writer, value: bigint): void {
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
    writeInteger(writer, Number(value));
    return;
  }
  const sign = value < 0n ? 1 : 0;
  const magnitude = sign === 1 ? -value : value;
  if (magnitude < SMALL_BIG_LIMIT) writeWords(writer, sign, magnitude);
  else writeHex(writer, sign, magnitude);
}

function writeWords(writer: Writer, sign: number, magnitude: bigint): void {
  const at = writer.reserve(3);
  let rest = magnitude;
  while (rest !== 0n) {
    const word = writer.reserve(8);
    writer.view.setBigUint64(word, BigInt.asUintN(64, rest), true);
    rest >>= 64n;
  }
  const { bytes } = writer;
  while (bytes[writer.length - 1] === 0) writer.length--;
  bytes[at] = tag.SMALL_BIG_EXT;
  bytes[at + 1] = writer.length - at - 3;
  bytes[at + 2] = sign;
}

/** Through a text: shifting words off a number of thousands of bytes takes quadratic time. */
function writeHex(writer: Writer, sign: number, magnitude: bigint): void {
  const hex = magnitude.toString(16);
  const lowestFirst = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex").reverse();
  writer.tagged32(tag.LARGE_BIG_EXT, lowestFirst.length);
  writer.uint8(sign);
  writer.raw(lowestFirst);
}
