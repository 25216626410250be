import { constants, inflateSync } from "node:zlib";
import { decodeTermAt, EtfError } from "../terms/etf/decode.js";
import * as tag from "../terms/etf/tags.js";
import { Atom, Tuple, type Term } from "../terms/term.js";
import { chunkTerm } from "./chunk-term.js";
import { BeamError } from "./error.js";
import { gunzip } from "./gunzip.js";
import { readChunks, type Chunk, type Chunks } from "./iff.js";

/**
 * The abstract code of a module that was compiled with `debug_info`: its list of forms, as the compiler wrote them.
 * (`beam_lib:chunks(Beam, [abstract_code])` gives the same, but for files from before OTP 19.)
 *
 * Undefined when the file holds none, holds the debug information of another language (Elixir keeps its own form), or
 * holds it encrypted. Throws {@link BeamError} when the file is damaged.
 */
export function readAbstractCode(bytes: Uint8Array): Term | undefined {
  const chunk = debugChunk(readChunks(gunzip(bytes)));
  if (chunk === undefined || isEncrypted(chunk)) return undefined;
  const term = chunkTerm(chunk);
  if (!(term instanceof Tuple)) return undefined;
  const [format, second, third] = term.elements;
  if (isAtom(format, "raw_abstract_v1")) return second;
  if (!isAtom(format, "debug_info_v1") || !isAtom(second, "erl_abstract_code")) return undefined;
  const code = third instanceof Tuple ? third.elements[0] : undefined;
  return isAtom(code, "none") ? undefined : code;
}

/**
 * True when the file holds debug information of any language, also when it is encrypted. Only its first bytes are
 * looked at: it is the largest part of most files. Throws {@link BeamError} when they are damaged.
 */
export function hasDebugInfo(chunks: Chunks): boolean {
  const chunk = debugChunk(chunks);
  if (chunk === undefined) return false;
  if (isEncrypted(chunk)) return true;
  try {
    return holdsCode(firstBytes(chunk));
  } catch (error) {
    if (!(error instanceof EtfError)) throw error;
    throw new BeamError(chunk.name, chunk.offset, error.expected, error.found);
  }
}

/** `Dbgi` is `{debug_info_v1, Backend, Data}`; files from before OTP 20 have `Abst`. Either may be there and empty. */
function debugChunk(chunks: Chunks): Chunk | undefined {
  return [chunks.get("Dbgi"), chunks.get("Abst")].find((chunk) => chunk !== undefined && chunk.data.length > 0);
}

/** A zero where a term has its version byte: what follows is encrypted (`beam_lib`, "Encrypted debug info"). */
function isEncrypted(chunk: Chunk): boolean {
  return chunk.data[0] === 0;
}

/** Enough, also when compressed, for the names that a debug chunk starts with. */
const FIRST_BYTES = 1024;

/** The start of a chunk's term, behind the version byte, inflated. */
function firstBytes({ name, data, offset }: Chunk): Uint8Array {
  if (data[0] !== tag.VERSION) throw new BeamError(name, offset, "the version byte 131", `${data[0]}`);
  if (data[1] !== tag.COMPRESSED) return data.subarray(1, FIRST_BYTES);
  try {
    // The stream is cut, so it is flushed where it ends instead of being read to its checksum.
    return inflateSync(data.subarray(6, FIRST_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    throw new BeamError(name, offset + 6, "a zlib stream", "bytes that are none");
  }
}

/** Whether the data of `{debug_info_v1, Backend, Data}` are more than `none` or `{none, Options}`. */
function holdsCode(start: Uint8Array): boolean {
  if (start[0] !== tag.SMALL_TUPLE_EXT) return false;
  const format = decodeTermAt(start, 2);
  if (isAtom(format.term, "raw_abstract_v1")) return true;
  if (!isAtom(format.term, "debug_info_v1") || start[1] !== 3) return false;
  const data = decodeTermAt(start, format.next).next;
  const first = start[data] === tag.SMALL_TUPLE_EXT ? data + 2 : data;
  return !(isAtomTag(start[first]) && isAtom(decodeTermAt(start, first).term, "none"));
}

function isAtomTag(found: number | undefined): boolean {
  switch (found) {
    case tag.ATOM_EXT:
    case tag.SMALL_ATOM_EXT:
    case tag.ATOM_UTF8_EXT:
    case tag.SMALL_ATOM_UTF8_EXT:
      return true;
    default:
      return false;
  }
}

function isAtom(term: Term | undefined, name: string): boolean {
  return term instanceof Atom && term.name === name;
}
