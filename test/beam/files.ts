import { readChunks, type Chunk } from "../../src/beam/iff.js";

/** A BEAM file of these chunks. */
export function buildBeam(chunks: readonly (readonly [name: string, data: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([name, data]) => {
    const part = Buffer.alloc(8 + Math.ceil(data.length / 4) * 4);
    part.write(name, "latin1");
    part.writeUInt32BE(data.length, 4);
    part.set(data, 8);
    return part;
  });
  const body = Buffer.concat(parts);
  const head = Buffer.from("FOR1\0\0\0\0BEAM", "latin1");
  head.writeUInt32BE(4 + body.length, 4);
  return Uint8Array.from(Buffer.concat([head, body]));
}

/** The file with one chunk changed, or left out where `change` gives undefined. */
export function withChunk(
  bytes: Uint8Array,
  name: string,
  change: (data: Uint8Array) => Uint8Array | undefined,
): Uint8Array {
  const chunks = [...readChunks(bytes).values()].map((chunk): Chunk | { data: undefined; name: string } =>
    chunk.name === name ? { ...chunk, data: change(chunk.data) as Uint8Array } : chunk,
  );
  return buildBeam(chunks.flatMap((chunk) => (chunk.data === undefined ? [] : [[chunk.name, chunk.data] as const])));
}

/** An atom table as the compiler of OTP 20 to 27 writes it: a byte for each length. */
export function atomTable(names: readonly string[], encoding: "utf8" | "latin1" = "utf8"): Uint8Array {
  return table(names.length, names, (length) => [length], encoding);
}

/** An atom table as the compiler of OTP 28 writes it: a negative count, and lengths in the compact form. */
export function longAtomTable(names: readonly string[]): Uint8Array {
  return table(-names.length, names, compact, "utf8");
}

function table(
  count: number,
  names: readonly string[],
  lengthOf: (length: number) => number[],
  encoding: "utf8" | "latin1",
): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeInt32BE(count);
  const atoms = names.map((name) => Buffer.from(name, encoding));
  return Buffer.concat([head, ...atoms.flatMap((atom) => [Buffer.from(lengthOf(atom.length)), atom])]);
}

/** `beam_asm:encode(0, Value)`, for values below 65536. */
export function compact(value: number): number[] {
  if (value < 16) return [value << 4];
  if (value < 0x800) return [((value >> 3) & 0b1110_0000) | 0b1000, value & 0xff];
  return [0b1_1000, value >> 8, value & 0xff];
}
