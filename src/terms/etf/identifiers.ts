import { Pid, Port, Reference } from "../term.js";
import { readAtom } from "./atoms.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/** A reference has one to five words since OTP 24, one to three before. */
const MAX_REFERENCE_WORDS = 5;
/** The forms with a creation of one byte give the creation 2 bits, and 18 bits to a reference's first word. */
const OLD_CREATION_LIMIT = 2 ** 2;
const OLD_WORD_LIMIT = 2 ** 18;

/** Reads what follows PID_EXT or NEW_PID_EXT. */
export function readPid(reader: Reader, pidTag: number): Pid {
  const node = readAtom(reader, "the node of a pid");
  const id = reader.uint32("the id of a pid");
  const serial = reader.uint32("the serial of a pid");
  return new Pid(node, id, serial, readCreation(reader, pidTag === tag.PID_EXT));
}

/** Reads what follows PORT_EXT, NEW_PORT_EXT or V4_PORT_EXT. */
export function readPort(reader: Reader, portTag: number): Port {
  const node = readAtom(reader, "the node of a port");
  const id =
    portTag === tag.V4_PORT_EXT ? reader.uint64("the id of a port") : BigInt(reader.uint32("the id of a port"));
  return new Port(node, id, readCreation(reader, portTag === tag.PORT_EXT));
}

/** Reads what follows REFERENCE_EXT. */
export function readOldReference(reader: Reader): Reference {
  const node = readAtom(reader, "the node of a reference");
  const id = readWord(reader, true);
  return new Reference(node, readCreation(reader, true), [id]);
}

/** Reads what follows NEW_REFERENCE_EXT or NEWER_REFERENCE_EXT. */
export function readReference(reader: Reader, referenceTag: number): Reference {
  const at = reader.offset;
  const count = reader.uint16("the length of a reference");
  if (count === 0 || count > MAX_REFERENCE_WORDS) {
    throw new EtfError(at, `a reference of 1 to ${MAX_REFERENCE_WORDS} words`, `${count}`);
  }
  const isOld = referenceTag === tag.NEW_REFERENCE_EXT;
  const node = readAtom(reader, "the node of a reference");
  const creation = readCreation(reader, isOld);
  const words: number[] = [];
  for (let i = 0; i < count; i++) words.push(readWord(reader, isOld && i === 0));
  return new Reference(node, creation, words);
}

function readWord(reader: Reader, isOldFirst: boolean): number {
  const at = reader.offset;
  const word = reader.uint32("a word of a reference");
  if (isOldFirst && word >= OLD_WORD_LIMIT) throw new EtfError(at, "a first word of 18 bits", `${word}`);
  return word;
}

function readCreation(reader: Reader, isOld: boolean): number {
  if (!isOld) return reader.uint32("a creation");
  const at = reader.offset;
  const creation = reader.uint8("a creation");
  if (creation >= OLD_CREATION_LIMIT) throw new EtfError(at, "a creation of 2 bits", `${creation}`);
  return creation;
}
