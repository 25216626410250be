import { BeamError } from "./error.js";

/** A named part of a BEAM file. */
export interface Chunk {
  readonly name: string;
  /** Where its data starts in the file. */
  readonly offset: number;
  /** A view of the file's bytes, without padding. */
  readonly data: Uint8Array;
}

/** The chunks by name. Of several with one name the first counts. */
export type Chunks = ReadonlyMap<string, Chunk>;

const FORM_HEADER = 12;
const CHUNK_HEADER = 8;

const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/**
 * The chunks of a BEAM file that is not compressed: `FOR1`, the size, `BEAM`, then chunks of a name, a size and data,
 * each padded to a multiple of four bytes (EA IFF 85, as `beam_lib` reads it). What follows the form is not looked at.
 *
 * Throws {@link BeamError} when the form or a chunk is cut short.
 */
export function readChunks(bytes: Uint8Array): Chunks {
  if (bytes.length < FORM_HEADER) {
    throw new BeamError(undefined, 0, `the ${FORM_HEADER} bytes that a BEAM file starts with`, `${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (nameAt(bytes, 0) !== "FOR1") throw new BeamError(undefined, 0, '"FOR1"', JSON.stringify(nameAt(bytes, 0)));
  if (nameAt(bytes, 8) !== "BEAM") throw new BeamError(undefined, 8, '"BEAM"', JSON.stringify(nameAt(bytes, 8)));
  const end = 8 + view.getUint32(4);
  if (end > bytes.length) throw new BeamError(undefined, 4, `a file of ${end} bytes`, `one of ${bytes.length}`);

  const chunks = new Map<string, Chunk>();
  for (let at = FORM_HEADER; at < end;) {
    if (end - at < CHUNK_HEADER) throw new BeamError(undefined, at, "the head of a chunk", `${end - at} bytes`);
    const name = nameAt(bytes, at);
    const size = view.getUint32(at + 4);
    const offset = at + CHUNK_HEADER;
    if (size > end - offset) throw new BeamError(name, at + 4, `${size} bytes of data`, `${end - offset}`);
    if (!chunks.has(name)) chunks.set(name, { name, offset, data: bytes.subarray(offset, offset + size) });
    at = offset + Math.ceil(size / 4) * 4;
  }
  return chunks;
}
