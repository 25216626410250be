import { Bitstring, ErlMap, List, nil, Tuple, type Term } from "../term.js";
import { readAtomBody } from "./atoms.js";
import { readCompressed } from "./compressed.js";
import { EtfError } from "./error.js";
import { readExport, readFun } from "./funs.js";
import { readOldReference, readPid, readPort, readReference } from "./identifiers.js";
import { readBig, readFloat, readFloatText } from "./numbers.js";
import { Reader } from "./reader.js";
import * as tag from "./tags.js";

export { EtfError } from "./error.js";

export interface DecodeOptions {
  /** A compressed term that says that it is larger is refused. In bytes; 64 MiB when not given. */
  readonly maxInflatedBytes?: number;
}

const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/**
 * The term of `bytes`, as `erlang:binary_to_term/1` reads it: the version byte 131, then one term, compressed or not.
 * Unlike there, nothing may follow it.
 *
 * Throws {@link EtfError} when the bytes are anything else.
 */
export function decodeTerm(bytes: Uint8Array, options: DecodeOptions = {}): Term {
  const reader = new Reader(bytes);
  const version = reader.uint8("the version byte 131");
  if (version !== tag.VERSION) throw new EtfError(0, "the version byte 131", `${version}`);
  if (reader.bytes[reader.offset] === tag.COMPRESSED) {
    reader.offset++;
    const inflated = readCompressed(reader, options.maxInflatedBytes ?? MAX_INFLATED_BYTES);
    return decodeWhole(new Reader(inflated));
  }
  return decodeWhole(reader);
}

function decodeWhole(reader: Reader): Term {
  const term = readTerm(reader);
  if (reader.remaining > 0) throw new EtfError(reader.offset, "the end of the term", `${reader.remaining} more bytes`);
  return term;
}

/**
 * The term that starts at `offset`, without a version byte, and the offset of what follows it: for the distribution
 * protocol, where several terms stand after one another.
 *
 * Throws {@link EtfError} when no term starts there.
 */
export function decodeTermAt(bytes: Uint8Array, offset: number): { readonly term: Term; readonly next: number } {
  const reader = new Reader(bytes, offset);
  const term = readTerm(reader);
  return { term, next: reader.offset };
}

/** A compound term that is being read. */
interface Frame {
  readonly kind: "tuple" | "list" | "tail" | "map";
  readonly elements: Term[];
  /** How many elements are still to come. */
  left: number;
}

/**
 * Reads one term. A loop with a stack of its own: how deep terms nest is the sender's choice.
 *
 * `owed` counts the terms that the open frames still wait for. Each is at least a byte, so a frame is opened only when
 * that many bytes are left: no length is believed that the data can't hold.
 */
function readTerm(reader: Reader): Term {
  const outer: Frame[] = [];
  let frame: Frame | undefined;
  let owed = 0;

  const open = (kind: Frame["kind"], left: number, elements: Term[] = []): void => {
    owed += left;
    if (owed > reader.remaining) throw new EtfError(reader.offset, `${owed} more terms`, `${reader.remaining} bytes`);
    if (frame !== undefined) outer.push(frame);
    frame = { kind, left, elements };
  };

  for (;;) {
    const at = reader.offset;
    const found = reader.uint8("a term");
    let term: Term;
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
      case tag.LARGE_TUPLE_EXT: {
        const arity = found === tag.SMALL_TUPLE_EXT ? reader.uint8("an arity") : reader.uint32("an arity");
        if (arity > 0) {
          open("tuple", arity);
          continue;
        }
        term = new Tuple([]);
        break;
      }
      case tag.NIL_EXT:
        term = nil;
        break;
      case tag.STRING_EXT: {
        const elements: Term[] = Array.from(reader.take(reader.uint16("the length of a string"), "a string"));
        // A string may be the tail of a list; it is joined there, once.
        if (frame?.kind === "tail") {
          for (const element of elements) frame.elements.push(element);
          term = nil;
        } else {
          term = elements.length === 0 ? nil : new List(elements);
        }
        break;
      }
      case tag.LIST_EXT: {
        const length = reader.uint32("the length of a list");
        if (frame?.kind === "tail") {
          // A list as the tail of a list goes on in the same frame: a chain of them is read in linear time.
          const { elements } = frame;
          frame = outer.pop();
          owed--;
          open(length === 0 ? "tail" : "list", length === 0 ? 1 : length, elements);
        } else {
          open(length === 0 ? "tail" : "list", length === 0 ? 1 : length);
        }
        continue;
      }
      case tag.MAP_EXT: {
        const size = reader.uint32("the size of a map");
        if (size > 0) {
          open("map", 2 * size);
          continue;
        }
        term = new ErlMap([]);
        break;
      }
      case tag.BINARY_EXT:
        term = new Bitstring(reader.take(reader.uint32("the size of a binary"), "a binary").slice());
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
    // Hand the term to its frame, and each frame that this completes to the next one out.
    for (;;) {
      if (frame === undefined) return term;
      const { elements } = frame;
      if (frame.kind === "tail") {
        term = tailed(elements, term);
        owed--;
      } else {
        elements.push(term);
        owed--;
        if (--frame.left > 0) break;
        if (frame.kind === "list") {
          frame = { kind: "tail", left: 1, elements };
          owed++;
          break;
        }
        term = frame.kind === "tuple" ? new Tuple(elements) : new ErlMap(pairs(elements));
      }
      frame = outer.pop();
    }
  }
}

function tailed(elements: Term[], tail: Term): Term {
  if (elements.length === 0) return tail;
  return tail === nil ? new List(elements) : new List(elements, tail);
}

function pairs(flat: readonly Term[]): (readonly [Term, Term])[] {
  const entries: (readonly [Term, Term])[] = [];
  for (let i = 0; i < flat.length; i += 2) entries.push([flat[i]!, flat[i + 1]!]);
  return entries;
}

function readBitstring(reader: Reader): Bitstring {
  const size = reader.uint32("the size of a bit string");
  const at = reader.offset;
  const bits = reader.uint8("the bits of a bit string's last byte");
  if (size === 0 ? bits !== 0 : bits < 1 || bits > 8) throw new EtfError(at, "1 to 8 bits in the last byte", `${bits}`);
  const bytes = reader.take(size, "a bit string").slice();
  if (size === 0 || bits === 8) return new Bitstring(bytes);
  bytes[size - 1]! &= 0xff << (8 - bits);
  return new Bitstring(bytes, bits);
}

function unsupported(at: number, found: number): EtfError {
  switch (found) {
    case tag.LOCAL_EXT:
      return new EtfError(at, "a term that other nodes can read", "LOCAL_EXT (121), which only its own node can");
    case tag.ATOM_CACHE_REF:
      return new EtfError(at, "a term without the atom cache", "ATOM_CACHE_REF (82)");
    case tag.FUN_EXT:
      return new EtfError(at, "a term of OTP 25 or later", "FUN_EXT (117), a fun of OTP R6");
    default:
      return new EtfError(at, "the tag of a term", `${found}`);
  }
}
