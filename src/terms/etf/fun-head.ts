import { ExternalFun, type Atom } from "../term.js";
import { readAtom } from "./atoms.js";
import { EtfError } from "./error.js";
import { readPid } from "./identifiers.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/** Reads what follows EXPORT_EXT: `fun Module:Function/Arity`. */
export function readExport(reader: Reader): ExternalFun {
  const module = readAtom(reader, "the module of a fun");
  const name = readAtom(reader, "the function of a fun");
  const at = reader.offset;
  const arity = readInteger(reader, "the arity of a fun");
  if (arity < 0 || arity > 255) throw new EtfError(at, "an arity of 0 to 255", `${arity}`);
  return new ExternalFun(module, name, arity);
}

export interface FunHead {
  /** In bytes: the size itself and all that follows it. */
  readonly size: number;
  readonly arity: number;
  readonly index: number;
  readonly uniq: number;
  readonly module: Atom;
  /** How many terms follow: the variables that the fun holds. */
  readonly free: number;
}

/** Reads what follows NEW_FUN_EXT, up to the free variables. */
export function readFunHead(reader: Reader): FunHead {
  const size = reader.uint32("the size of a fun");
  const arity = reader.uint8("the arity of a fun");
  reader.skip(16, "the MD5 of a fun's module");
  const index = reader.uint32("the index of a fun");
  const free = reader.uint32("the number of free variables");
  const module = readAtom(reader, "the module of a fun");
  readInteger(reader, "the old index of a fun");
  const uniq = readInteger(reader, "the unique number of a fun");
  const at = reader.offset;
  const found = reader.uint8("the pid of a fun");
  if (found !== tag.NEW_PID_EXT && found !== tag.PID_EXT) throw new EtfError(at, "the pid of a fun", `tag ${found}`);
  readPid(reader, found);
  return { size, arity, index, uniq, module, free };
}

function readInteger(reader: Reader, expected: string): number {
  const at = reader.offset;
  const found = reader.uint8(expected);
  if (found === tag.SMALL_INTEGER_EXT) return reader.uint8(expected);
  if (found === tag.INTEGER_EXT) return reader.int32(expected);
  throw new EtfError(at, `${expected} as an integer of 32 bits`, `tag ${found}`);
}
