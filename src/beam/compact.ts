import { BeamError } from "./error.js";
import type { Chunk } from "./iff.js";

const TAG_U = 0;

/**
 * Reads an unsigned integer in the compact form of BEAM files, which `beam_asm:encode/2` writes for the tag `u`: the
 * low three bits are the tag; then 4 bits of value, or 11 bits over two bytes, or a number of bytes.
 *
 * Throws {@link BeamError} for another tag, and for a value of more than 4 bytes.
 */
export function readUnsigned({ name, data, offset }: Chunk, at: number): { value: number; next: number } {
  const expected = "a length in compact form";
  const first = data[at];
  if (first === undefined) throw new BeamError(name, offset + at, expected, "the end");
  if ((first & 0b111) !== TAG_U) throw new BeamError(name, offset + at, expected, `tag ${first & 0b111}`);
  if ((first & 0b1000) === 0) return { value: first >> 4, next: at + 1 };
  // In the long form the high three bits are the number of bytes less two.
  const isLong = (first & 0b1_0000) !== 0;
  const bytes = isLong ? (first >> 5) + 2 : 1;
  if (bytes > 4) throw new BeamError(name, offset + at, `${expected}, of at most 4 bytes`, "a longer one");
  if (at + 1 + bytes > data.length) throw new BeamError(name, offset + at, expected, "half of one");
  let value = isLong ? 0 : first >> 5;
  for (let i = 1; i <= bytes; i++) value = value * 256 + data[at + i]!;
  return { value, next: at + 1 + bytes };
}
