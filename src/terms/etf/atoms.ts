import { atom, type Atom } from "../term.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/** An atom has at most this many characters, in every OTP release. */
export const MAX_ATOM_CHARACTERS = 255;

// A stray surrogate has no UTF-8 form, and a leading U+FEFF is a character of the atom like any other.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
  const small = atomTag === tag.SMALL_ATOM_UTF8_EXT || atomTag === tag.SMALL_ATOM_EXT;
  const length = small ? reader.uint8("the length of an atom") : reader.uint16("the length of an atom");
  const at = reader.offset;
  const name = reader.take(length, "an atom");
  return lookUp(name) ?? remember(name, decodeName(name, atomTag, at));
}

function decodeName(name: Uint8Array, atomTag: number, at: number): Atom {
  const latin1 = atomTag === tag.ATOM_EXT || atomTag === tag.SMALL_ATOM_EXT;
  let text: string;
  if (latin1) {
    text = Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
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
  return atom(text);
}

/**
 * The atoms that were read last, by their bytes: most atoms of a message were in the one before, and comparing a few
 * bytes is much cheaper than making a string of them. Only for ASCII, where both encodings have the same bytes.
 */
const SLOTS = 1024;
const LONGEST = 48;
const recentNames = new Array<Uint8Array | undefined>(SLOTS);
const recentAtoms = new Array<Atom | undefined>(SLOTS);

function slotOf(name: Uint8Array): number {
  let hash = name.length;
  for (const byte of name) hash = (Math.imul(hash, 31) + byte) | 0;
  return (hash ^ (hash >>> 10)) & (SLOTS - 1);
}

function lookUp(name: Uint8Array): Atom | undefined {
  if (name.length > LONGEST) return undefined;
  const slot = slotOf(name);
  const known = recentNames[slot];
  if (known?.length !== name.length) return undefined;
  for (let i = 0; i < name.length; i++) if (known[i] !== name[i]) return undefined;
  return recentAtoms[slot];
}

function remember(name: Uint8Array, found: Atom): Atom {
  if (name.length <= LONGEST && name.every((byte) => byte < 128)) {
    const slot = slotOf(name);
    recentNames[slot] = name.slice();
    recentAtoms[slot] = found;
  }
  return found;
}
