import { Bitstring, ErlMap, List, nil, Tuple, type Term } from "../term.js";
import { readAtomBody } from "./atoms.js";
import { EtfError } from "./error.js";
import { readBitstring } from "./bitstrings.js";
import { readFun } from "./funs.js";
import { readExport } from "./fun-head.js";
import { readOldReference, readPid, readPort, readReference } from "./identifiers.js";
import { checkKeys } from "./map-keys.js";
import { readBig, readFloat, readFloatText } from "./numbers.js";
import type { Reader } from "./reader.js";
import * as tag from "./tags.js";

/** What the open frame is reading. */
const TUPLE = 0;
const LIST = 1;
/** The term after a list's elements: its tail. */
const TAIL = 2;
/** Keys and values in turn. */
const MAP = 3;

const emptyTuple = new Tuple([]);
const emptyMap = new ErlMap([]);

/** Longer arrays grow while they are filled: V8 keeps those that are made at once in a slow form from some length on. */
const MAKE_AT_ONCE = 1 << 16;

/**
 * Reads one term. A loop with a stack of its own: how deep terms nest is the sender's choice.
 *
 * `owed` counts the terms that are still to come. Each is at least a byte, so a frame is opened only when that many
 * bytes are left: no length is believed that the data can't hold.
 */
export function readTerm(reader: Reader): Term {
  const { bytes } = reader;
  // Four entries for each frame outside the open one: its elements, which one is next, how many there are, its kind.
  const outer: (Term[] | number)[] = [];
  let elements: Term[] = [];
  let next = 0;
  let count = 0;
  let kind = -1;
  let owed = 1;

  for (;;) {
    const at = reader.offset;
    const found = bytes[at];
    reader.offset = at + 1;
    owed--;
    let term: Term;
    /** How many terms the found one holds, when it is to be opened; -1 when it is whole. */
    let holds = -1;
    let opens = TUPLE;
    switch (found) {
      case tag.SMALL_INTEGER_EXT:
        term = reader.uint8("an integer");
        break;
      case tag.INTEGER_EXT:
        term = reader.int32("an integer");
        break;
      case tag.SMALL_ATOM_UTF8_EXT:
      case tag.ATOM_EXT:
      case tag.ATOM_UTF8_EXT:
      case tag.SMALL_ATOM_EXT:
        term = readAtomBody(reader, found);
        break;
      case tag.SMALL_TUPLE_EXT:
        term = emptyTuple;
        holds = reader.uint8("the arity of a tuple");
        break;
      case tag.LARGE_TUPLE_EXT:
        term = emptyTuple;
        holds = reader.uint32("the arity of a tuple");
        break;
      case tag.NIL_EXT:
        term = nil;
        break;
      case tag.STRING_EXT:
        term = readString(reader);
        break;
      case tag.LIST_EXT:
        term = nil;
        holds = reader.uint32("the length of a list");
        opens = LIST;
        break;
      case tag.MAP_EXT:
        term = emptyMap;
        holds = 2 * reader.uint32("the size of a map");
        opens = MAP;
        break;
      case tag.BINARY_EXT:
        term = new Bitstring(reader.copy(reader.uint32("the size of a binary"), "a binary"));
        break;
      case tag.BIT_BINARY_EXT:
        term = readBitstring(reader);
        break;
      case tag.SMALL_BIG_EXT:
        term = readBig(reader, reader.uint8("the length of an integer"));
        break;
      case tag.LARGE_BIG_EXT:
        term = readBig(reader, reader.uint32("the length of an integer"));
        break;
      case tag.NEW_FLOAT_EXT:
        term = readFloat(reader);
        break;
      case tag.FLOAT_EXT:
        term = readFloatText(reader);
        break;
      case tag.PID_EXT:
      case tag.NEW_PID_EXT:
        term = readPid(reader, found);
        break;
      case tag.PORT_EXT:
      case tag.NEW_PORT_EXT:
      case tag.V4_PORT_EXT:
        term = readPort(reader, found);
        break;
      case tag.REFERENCE_EXT:
        term = readOldReference(reader);
        break;
      case tag.NEW_REFERENCE_EXT:
      case tag.NEWER_REFERENCE_EXT:
        term = readReference(reader, found);
        break;
      case tag.EXPORT_EXT:
        term = readExport(reader);
        break;
      case tag.NEW_FUN_EXT:
        term = readFun(reader);
        break;
      default:
        throw unsupported(at, found);
    }
    if (holds > 0) {
      owed += holds;
      if (owed > bytes.length - reader.offset) throw tooMany(reader, owed);
      if (kind === TAIL && opens === LIST) {
        // A list as the tail of a list goes on in the same frame: a chain of them is read in linear time.
        count = next + holds;
        kind = LIST;
        continue;
      }
      if (kind >= 0) outer.push(elements, next, count, kind);
      elements = holds <= MAKE_AT_ONCE ? new Array<Term>(holds) : [];
      next = 0;
      count = holds;
      kind = opens;
      continue;
    }
    if (holds === 0 && opens === LIST) {
      // A list of no elements is its tail, whatever that is: the next term takes its place.
      owed++;
      continue;
    }
    // Hand the term to its frame, and each frame that this completes to the one around it.
    for (;;) {
      if (kind < 0) return term;
      if (kind === TAIL) {
        term = term instanceof List ? joined(elements, term) : new List(elements, term);
      } else {
        elements[next++] = term;
        if (next < count) break;
        if (kind === LIST) {
          if (bytes[reader.offset] !== tag.NIL_EXT) {
            kind = TAIL;
            owed++;
            break;
          }
          reader.offset++;
          term = new List(elements);
        } else {
          term = kind === TUPLE ? new Tuple(elements) : new ErlMap(entriesOf(elements, reader));
        }
      }
      if (outer.length === 0) return term;
      kind = outer.pop() as number;
      count = outer.pop() as number;
      next = outer.pop() as number;
      elements = outer.pop() as Term[];
    }
  }
}

/** A list whose tail came as a list of its own, NIL_EXT or STRING_EXT. */
function joined(elements: Term[], tail: List): List {
  for (const element of tail.elements) elements.push(element);
  return new List(elements);
}

function entriesOf(flat: readonly Term[], reader: Reader): (readonly [Term, Term])[] {
  const entries = new Array<readonly [Term, Term]>(flat.length / 2);
  for (let i = 0; i < entries.length; i++) entries[i] = [flat[2 * i]!, flat[2 * i + 1]!];
  checkKeys(entries, reader);
  return entries;
}

function readString(reader: Reader): List {
  const length = reader.uint16("the length of a string");
  if (length === 0) return nil;
  reader.need(length, "a string");
  const { bytes, offset } = reader;
  const elements = new Array<Term>(length);
  for (let i = 0; i < length; i++) elements[i] = bytes[offset + i]!;
  reader.offset = offset + length;
  return new List(elements);
}

function tooMany(reader: Reader, owed: number): EtfError {
  return new EtfError(reader.offset, `${owed} more terms`, `${reader.remaining} bytes`);
}

function unsupported(at: number, found: number | undefined): EtfError {
  switch (found) {
    case undefined:
      return new EtfError(at, "a term", "the end");
    case tag.LOCAL_EXT:
      return new EtfError(at, "a term that other nodes can read", "LOCAL_EXT (121), which only its own node can");
    case tag.ATOM_CACHE_REF:
      return new EtfError(at, "a term without the atom cache", "ATOM_CACHE_REF (82)");
    case tag.FUN_EXT:
      return new EtfError(at, "a fun of OTP R7 or later", "FUN_EXT (117), which OTP gave up in release 23");
    default:
      return new EtfError(at, "the tag of a term", `${found}`);
  }
}
