import { readUnsigned } from "./compact.js";
import { BeamError } from "./error.js";
import type { Chunk, Chunks } from "./iff.js";

/** The names of a module's atoms. The first is at index 1, and is the module. */
export type AtomTable = readonly (string | undefined)[];

// A leading U+FEFF is a character of the atom like any other.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The atom table: chunk `AtU8`, or `Atom` in files from before OTP 20.
 *
 * `AtU8` has two forms. Up to OTP 27: a count, then for each atom a byte for its length and its name in UTF-8. Since
 * OTP 28 the count is negative, and each length is in the compact form of the code chunk (`beam_asm:build_file/5`,
 * erlang/otp#8913), so that 255 characters fit which take more than 255 bytes.
 *
 * Throws {@link BeamError} when there is no table, or what it says of itself isn't so.
 */
export function readAtoms(chunks: Chunks): AtomTable {
  const chunk = chunks.get("AtU8") ?? chunks.get("Atom");
  if (chunk === undefined) throw new BeamError(undefined, 0, 'a chunk "AtU8" or "Atom"', "none");
  const { data, offset, name } = chunk;
  if (data.length < 4) throw new BeamError(name, offset, "the number of atoms", `${data.length} bytes`);
  const declared = new DataView(data.buffer, data.byteOffset, data.length).getInt32(0);
  const count = Math.abs(declared);
  if (count === 0) throw new BeamError(name, offset, "the name of the module", "no atoms");
  if (declared < 0 && name === "Atom") throw new BeamError(name, offset, "the number of atoms", `${declared}`);

  const atoms: (string | undefined)[] = [undefined];
  let at = 4;
  while (atoms.length <= count) {
    const length = declared < 0 ? readUnsigned(chunk, at) : byteAt(chunk, at);
    const end = length.next + length.value;
    if (end > data.length) {
      throw new BeamError(name, offset + at, `an atom of ${length.value} bytes`, `${data.length - length.next}`);
    }
    atoms.push(decodeName(chunk, length.next, end));
    at = end;
  }
  if (at !== data.length)
    throw new BeamError(name, offset + at, `the end after ${count} atoms`, `${data.length - at} bytes`);
  return atoms;
}

function byteAt(chunk: Chunk, at: number): { value: number; next: number } {
  const value = chunk.data[at];
  if (value === undefined) throw new BeamError(chunk.name, chunk.offset + at, "the length of an atom", "the end");
  return { value, next: at + 1 };
}

function decodeName({ name, data, offset }: Chunk, start: number, end: number): string {
  const bytes = data.subarray(start, end);
  if (name === "Atom") return Buffer.from(bytes).toString("latin1");
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BeamError(name, offset + start, "an atom in UTF-8", "bytes that are not");
  }
}

/** The atom that a chunk refers to by `index`, read at `at` in it. */
export function atomAt(atoms: AtomTable, index: number, chunk: Chunk, at: number): string {
  const found = atoms[index];
  if (found === undefined) {
    throw new BeamError(chunk.name, chunk.offset + at, `the number of an atom, 1 to ${atoms.length - 1}`, `${index}`);
  }
  return found;
}
