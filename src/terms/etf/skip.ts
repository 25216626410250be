import { readAtom } from "./atoms.js";
import { readBitstringHead } from "./bitstrings.js";
import { EtfError } from "./error.js";
import { readExport, readFunHead } from "./fun-head.js";
import { readOldReference, readPid, readPort, readReference } from "./identifiers.js";
import { readFloat, readFloatText } from "./numbers.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/**
 * Moves past `count` terms without building them: the inside of a fun is checked, and kept as bytes. (Whether a map in
 * there has a key twice is not looked at.)
 */
export function skipTerms(reader: Reader, count: number): void {
  let owed = count;
  while (owed > 0) {
    // Each term is at least one byte, so a length that can't be true is refused at once.
    if (owed > reader.remaining) throw new EtfError(reader.offset, `${owed} more terms`, `${reader.remaining} bytes`);
    owed += skipHead(reader) - 1;
  }
}

/** Moves past a term without the terms it holds, and says how many those are. */
function skipHead(reader: Reader): number {
  const at = reader.offset;
  const found = reader.uint8("a term");
  switch (found) {
    case tag.SMALL_INTEGER_EXT:
      reader.skip(1, "an integer");
      return 0;
    case tag.INTEGER_EXT:
      reader.skip(4, "an integer");
      return 0;
    case tag.SMALL_BIG_EXT:
      reader.skip(1 + reader.uint8("the length of an integer"), "an integer");
      return 0;
    case tag.LARGE_BIG_EXT:
      reader.skip(1 + reader.uint32("the length of an integer"), "an integer");
      return 0;
    case tag.NEW_FLOAT_EXT:
      readFloat(reader);
      return 0;
    case tag.FLOAT_EXT:
      readFloatText(reader);
      return 0;
    case tag.ATOM_EXT:
    case tag.SMALL_ATOM_EXT:
    case tag.ATOM_UTF8_EXT:
    case tag.SMALL_ATOM_UTF8_EXT:
      reader.offset = at;
      readAtom(reader, "an atom");
      return 0;
    case tag.SMALL_TUPLE_EXT:
      return reader.uint8("the arity of a tuple");
    case tag.LARGE_TUPLE_EXT:
      return reader.uint32("the arity of a tuple");
    case tag.NIL_EXT:
      return 0;
    case tag.STRING_EXT:
      reader.skip(reader.uint16("the length of a string"), "a string");
      return 0;
    case tag.LIST_EXT:
      return reader.uint32("the length of a list") + 1;
    case tag.MAP_EXT:
      return 2 * reader.uint32("the size of a map");
    case tag.BINARY_EXT:
      reader.skip(reader.uint32("the size of a binary"), "a binary");
      return 0;
    case tag.BIT_BINARY_EXT:
      reader.skip(readBitstringHead(reader).size, "a bit string");
      return 0;
    case tag.PID_EXT:
    case tag.NEW_PID_EXT:
      readPid(reader, found);
      return 0;
    case tag.PORT_EXT:
    case tag.NEW_PORT_EXT:
    case tag.V4_PORT_EXT:
      readPort(reader, found);
      return 0;
    case tag.REFERENCE_EXT:
      readOldReference(reader);
      return 0;
    case tag.NEW_REFERENCE_EXT:
    case tag.NEWER_REFERENCE_EXT:
      readReference(reader, found);
      return 0;
    case tag.EXPORT_EXT:
      readExport(reader);
      return 0;
    case tag.NEW_FUN_EXT:
      return readFunHead(reader).free;
    default:
      throw new EtfError(at, "a term inside a fun", `tag ${found}`);
  }
}
