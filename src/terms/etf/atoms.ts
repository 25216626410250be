import { atom, type Atom } from "../term.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/** An atom has at most this many characters, in every OTP release. */
export const MAX_ATOM_CHARACTERS = 255;

// A stray surrogate has no UTF-8 form, and a leading U+FEFF is a character of the atom like any other.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** Reads a term that must be an atom. */
export function readAtom(reader: Reader, expected: string): Atom {
  const at = reader.offset;
  const found = reader.uint8(expected);
  switch (found) {
    case tag.SMALL_ATOM_UTF8_EXT:
    case tag.ATOM_UTF8_EXT:
    case tag.SMALL_ATOM_EXT:
    case tag.ATOM_EXT:
      return readAtomBody(reader, found);
    default:
      throw new EtfError(at, expected, `tag ${found}`);
  }
}

/** Reads what follows one of the four atom tags. */
export function readAtomBody(reader: Reader, atomTag: number): Atom {
  const isSmall = atomTag === tag.SMALL_ATOM_UTF8_EXT || atomTag === tag.SMALL_ATOM_EXT;
  const length = isSmall ? reader.uint8("the length of an atom") : reader.uint16("the length of an atom");
  reader.need(length, "an atom");
  const at = reader.offset;
  reader.offset += length;
  const slot = length <= LONGEST ? slotOf(reader.bytes, at, length) : 0;
  return recall(reader.bytes, at, length, slot) ?? decode(reader.bytes.subarray(at, at + length), atomTag, at, slot);
}

function decode(name: Uint8Array, atomTag: number, at: number, slot: number): Atom {
  let text: string;
  if (atomTag === tag.ATOM_EXT || atomTag === tag.SMALL_ATOM_EXT) {
    text = latin1(name);
  } else {
    try {
      text = utf8.decode(name);
    } catch {
      throw new EtfError(at, "an atom in UTF-8", "bytes that are not");
    }
  }
  if (text.length > MAX_ATOM_CHARACTERS) {
    const characters = Array.from(text).length;
    if (characters > MAX_ATOM_CHARACTERS) {
      throw new EtfError(at, `an atom of at most ${MAX_ATOM_CHARACTERS} characters`, `${characters}`);
    }
  }
  const found = atom(text);
  if (name.length <= LONGEST && name.every((byte) => byte < 128)) {
    recentNames[slot] = name.slice();
    recentAtoms[slot] = found;
  }
  return found;
}

/**
 * The atoms that were read last, by their bytes: most atoms of a message were in the one before, and comparing a few
 * bytes is much cheaper than making a string of them. Only for ASCII, where both encodings have the same bytes.
 */
const SLOTS = 1024;
const LONGEST = 64;
const recentNames = new Array<Uint8Array | undefined>(SLOTS).fill(undefined);
const recentAtoms = new Array<Atom | undefined>(SLOTS).fill(undefined);

function slotOf(bytes: Uint8Array, at: number, length: number): number {
  let hash = length;
  for (let i = at; i < at + length; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SLOTS - 1);
}

function recall(bytes: Uint8Array, at: number, length: number, slot: number): Atom | undefined {
  const known = recentNames[slot];
  if (known?.length !== length) return undefined;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[at + i]) return undefined;
  return recentAtoms[slot];
}
