import type { Atom } from "../term.js";
import { MAX_ATOM_CHARACTERS } from "./atoms.js";
import { EtfError } from "./error.js";
import * as tag from "./tags.js";
import type { Writer } from "./writer.js";

const textEncoder = new TextEncoder();
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * Appends an atom: in Latin-1 where that holds it, as `erlang:term_to_binary/1` of OTP 25 does, unless `utf8` asks for
 * the form of later releases.
 */
export function writeAtom(writer: Writer, { name }: Atom, utf8: boolean): void {
  const { length } = name;
  const start = writer.length;
  if (length > MAX_ATOM_CHARACTERS) {
    writeLong(writer, name);
    return;
  }
  if (utf8) writer.tagged8(tag.SMALL_ATOM_UTF8_EXT, length);
  else writer.tagged16(tag.ATOM_EXT, length);
  const at = writer.reserve(length);
  const { bytes } = writer;
  const limit = utf8 ? 0x80 : 0x100;
  for (let i = 0; i < length; i++) {
    const unit = name.charCodeAt(i);
    if (unit >= limit) {
      writer.length = start;
      writeUtf8(writer, name);
      return;
    }
    bytes[at + i] = unit;
  }
}

/** An atom of more UTF-16 units than an atom has characters: it may still be one, outside the basic plane. */
function writeLong(writer: Writer, name: string): void {
  const characters = Array.from(name).length;
  if (characters > MAX_ATOM_CHARACTERS) {
    throw new EtfError(writer.length, `an atom of at most ${MAX_ATOM_CHARACTERS} characters`, `${characters}`);
  }
  writeUtf8(writer, name);
}

function writeUtf8(writer: Writer, name: string): void {
  if (LONE_SURROGATE.test(name)) throw new EtfError(writer.length, "an atom of characters", "half a surrogate pair");
  const encoded = textEncoder.encode(name);
  if (encoded.length < 256) writer.tagged8(tag.SMALL_ATOM_UTF8_EXT, encoded.length);
  else writer.tagged16(tag.ATOM_UTF8_EXT, encoded.length);
  writer.raw(encoded);
}
