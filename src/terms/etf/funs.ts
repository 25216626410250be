import { OpaqueFun } from "../term.js";
import { EtfError } from "./error.js";
import { readFunHead } from "./fun-head.js";
import type { Reader } from "./reader.js";
import { skipTerms } from "./skip.js";

/** Reads what follows NEW_FUN_EXT. What the fun holds is checked and kept as bytes: only its node can call it. */
export function readFun(reader: Reader): OpaqueFun {
  const start = reader.offset;
  const { size, arity, index, uniq, module, free } = readFunHead(reader);
  skipTerms(reader, free);
  if (reader.offset !== start + size) {
    throw new EtfError(start, `the size of the fun, ${reader.offset - start} bytes`, `${size}`);
  }
  return new OpaqueFun(module, arity, index, uniq, reader.bytes.slice(start - 1, reader.offset));
}
