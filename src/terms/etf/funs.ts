import { ExternalFun, OpaqueFun } from "../term.js";
import { readAtom } from "./atoms.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";
import { skipTerms } from "./skip.js";
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

/** Reads what follows NEW_FUN_EXT. What the fun holds is checked and kept as bytes: only its node can call it. */
export function readFun(reader: Reader): OpaqueFun {
  const start = reader.offset - 1;
  const size = reader.uint32("the size of a fun");
  const arity = reader.uint8("the arity of a fun");
  reader.take(16, "the MD5 of a fun's module");
  const index = reader.uint32("the index of a fun");
  const free = reader.uint32("the number of free variables");
  const module = readAtom(reader, "the module of a fun");
  readInteger(reader, "the old index of a fun");
  const uniq = readInteger(reader, "the unique number of a fun");
  skipTerms(reader, 1 + free);
  if (reader.offset !== start + 1 + size) {
    throw new EtfError(start + 1, `the size of the fun, ${reader.offset - start - 1} bytes`, `${size}`);
  }
  return new OpaqueFun(module, arity, index, uniq, reader.bytes.slice(start, reader.offset));
}

function readInteger(reader: Reader, expected: string): number {
  const at = reader.offset;
  const found = reader.uint8(expected);
  if (found === tag.SMALL_INTEGER_EXT) return reader.uint8(expected);
  if (found === tag.INTEGER_EXT) return reader.int32(expected);
  throw new EtfError(at, `${expected} as an integer of 32 bits`, `tag ${found}`);
}
