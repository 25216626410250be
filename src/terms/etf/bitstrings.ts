import { Bitstring } from "../term.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";

/** Reads what follows BIT_BINARY_EXT, up to the bytes: how many there are, and how many bits of the last one count. */
export function readBitstringHead(reader: Reader): { readonly size: number; readonly bits: number } {
  const size = reader.uint32("the size of a bit string");
  const at = reader.offset;
  const bits = reader.uint8("the bits of a bit string's last byte");
  if (size === 0 ? bits !== 0 : bits < 1 || bits > 8) throw new EtfError(at, "1 to 8 bits in the last byte", `${bits}`);
  return { size, bits };
}

/** Reads what follows BIT_BINARY_EXT. The bits that don't count are zero afterwards, whatever they were. */
export function readBitstring(reader: Reader): Bitstring {
  const { size, bits } = readBitstringHead(reader);
  const bytes = reader.copy(size, "a bit string");
  if (size === 0 || bits === 8) return new Bitstring(bytes);
  bytes[size - 1]! &= 0xff << (8 - bits);
  return new Bitstring(bytes, bits);
}
