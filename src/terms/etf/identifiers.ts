import { Pid, Port, Reference } from "../term.js";
import { readAtom } from "./atoms.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/** A reference has one to five words since OTP 24, one to three before. */
const MAX_REFERENCE_WORDS = 5;

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
  const id = reader.uint32("the id of a reference");
  return new Reference(node, readCreation(reader, true), [id]);
}

/** Reads what follows NEW_REFERENCE_EXT or NEWER_REFERENCE_EXT. */
export function readReference(reader: Reader, referenceTag: number): Reference {
  const at = reader.offset;
  const count = reader.uint16("the length of a reference");
  if (count === 0 || count > MAX_REFERENCE_WORDS) {
    throw new EtfError(at, `a reference of 1 to ${MAX_REFERENCE_WORDS} words`, `${count}`);
  }
  const node = readAtom(reader, "the node of a reference");
  const creation = readCreation(reader, referenceTag === tag.NEW_REFERENCE_EXT);
  const words: number[] = [];
  for (let i = 0; i < count; i++) words.push(reader.uint32("a word of a reference"));
  return new Reference(node, creation, words);
}

function readCreation(reader: Reader, isByte: boolean): number {
  return isByte ? reader.uint8("a creation") : reader.uint32("a creation");
}
