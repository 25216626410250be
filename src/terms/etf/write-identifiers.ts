import type { ExternalFun, Pid, Port, Reference } from "../term.js";
import { EtfError } from "./error.js";
import * as tag from "./tags.js";
import { writeAtom } from "./write-atoms.js";
import type { Writer } from "./writer.js";

/** The ids that fit NEW_PORT_EXT are those of nodes before OTP 24, of 28 bits. */
const NEW_PORT_LIMIT = 2n ** 28n;
const V4_PORT_LIMIT = 2n ** 64n;

export function writePid(writer: Writer, { node, id, serial, creation }: Pid, utf8: boolean): void {
  writer.uint8(tag.NEW_PID_EXT);
  writeAtom(writer, node, utf8);
  writeWord(writer, id);
  writeWord(writer, serial);
  writeWord(writer, creation);
}

export function writePort(writer: Writer, { node, id, creation }: Port, utf8: boolean): void {
  const wide = id >= NEW_PORT_LIMIT;
  writer.uint8(wide ? tag.V4_PORT_EXT : tag.NEW_PORT_EXT);
  writeAtom(writer, node, utf8);
  if (id < 0n || id >= V4_PORT_LIMIT) throw new EtfError(writer.length, "a port id of 64 bits", `${id}`);
  if (wide) writeWord(writer, Number(id >> 32n));
  writeWord(writer, Number(id & 0xffff_ffffn));
  writeWord(writer, creation);
}

export function writeReference(writer: Writer, { node, creation, words }: Reference, utf8: boolean): void {
  if (words.length < 1 || words.length > 5) {
    throw new EtfError(writer.length, "a reference of 1 to 5 words", `${words.length}`);
  }
  writer.tagged16(tag.NEWER_REFERENCE_EXT, words.length);
  writeAtom(writer, node, utf8);
  writeWord(writer, creation);
  for (const word of words) writeWord(writer, word);
}

export function writeExternalFun(writer: Writer, fun: ExternalFun, utf8: boolean): void {
  const { arity } = fun;
  if ((arity & 0xff) !== arity) throw new EtfError(writer.length, "an arity of 0 to 255", `${arity}`);
  writer.uint8(tag.EXPORT_EXT);
  writeAtom(writer, fun.module, utf8);
  writeAtom(writer, fun.function, utf8);
  writer.tagged8(tag.SMALL_INTEGER_EXT, arity);
}

function writeWord(writer: Writer, value: number): void {
  if (value >>> 0 !== value) throw new EtfError(writer.length, "a number of 32 bits in an identifier", `${value}`);
  writer.uint32(value);
}
