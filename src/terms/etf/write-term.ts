import type { Bitstring, Term } from "../term.js";
import { writeAtom } from "./write-atoms.js";
import { writeExternalFun, writePid, writePort, writeReference } from "./write-identifiers.js";
import { writeBigint, writeInteger } from "./write-numbers.js";
import * as tag from "./tags.js";
import type { Writer } from "./writer.js";

type Entries = readonly (readonly [Term, Term])[];

/** What the open frame writes. */
const ELEMENTS = 0;
/** Elements, then NIL_EXT. */
const PROPER = 1;
/** Keys and values in turn. */
const ENTRIES = 2;

/** A longer list of bytes is written as any other list: STRING_EXT has 16 bits for its length. */
const STRING_MAX = 0xffff;

/**
 * Appends a term, without version byte; `utf8` keeps atoms out of Latin-1. Throws `EtfError`, and leaves what it has
 * written until then. A loop with a stack of its own: terms may nest to any depth.
 */
export function writeTerm(writer: Writer, root: Term, utf8: boolean): void {
  // Four entries for each frame outside the open one: its terms, which one is next, how many there are, its kind.
  const outer: (readonly Term[] | Entries | number)[] = [];
  let terms: readonly Term[] | Entries = [];
  let next = 0;
  let count = 0;
  let kind = ELEMENTS;
  let term = root;

  for (;;) {
    /** The terms that `term` holds, when there are any to write. */
    let holds: readonly Term[] | Entries | undefined;
    let opens = ELEMENTS;
    if (typeof term === "number") {
      writeInteger(writer, term);
    } else if (typeof term === "bigint") {
      writeBigint(writer, term);
    } else {
      switch (term.kind) {
        case "atom":
          writeAtom(writer, term, utf8);
          break;
        case "tuple": {
          const { elements } = term;
          if (elements.length < 256) writer.tagged8(tag.SMALL_TUPLE_EXT, elements.length);
          else writer.tagged32(tag.LARGE_TUPLE_EXT, elements.length);
          holds = elements;
          break;
        }
        case "list": {
          const { elements, tail } = term;
          if (tail !== undefined) {
            writer.tagged32(tag.LIST_EXT, elements.length);
            holds = [...elements, tail];
          } else if (elements.length === 0) {
            writer.uint8(tag.NIL_EXT);
          } else if (isString(elements)) {
            writeString(writer, elements);
          } else {
            writer.tagged32(tag.LIST_EXT, elements.length);
            holds = elements;
            opens = PROPER;
          }
          break;
        }
        case "map":
          writer.tagged32(tag.MAP_EXT, term.entries.length);
          holds = term.entries;
          opens = ENTRIES;
          break;
        case "bitstring":
          writeBitstring(writer, term);
          break;
        case "float": {
          const at = writer.reserve(9);
          writer.bytes[at] = tag.NEW_FLOAT_EXT;
          writer.view.setFloat64(at + 1, term.value);
          break;
        }
        case "pid":
          writePid(writer, term, utf8);
          break;
        case "port":
          writePort(writer, term, utf8);
          break;
        case "reference":
          writeReference(writer, term, utf8);
          break;
        case "external_fun":
          writeExternalFun(writer, term, utf8);
          break;
        case "fun":
          writer.raw(term.external);
          break;
      }
    }
    if (holds !== undefined) {
      outer.push(terms, next, count, kind);
      terms = holds;
      next = 0;
      count = opens === ENTRIES ? 2 * holds.length : holds.length;
      kind = opens;
    }
    while (next === count) {
      if (kind === PROPER) writer.uint8(tag.NIL_EXT);
      if (outer.length === 0) return;
      kind = outer.pop() as number;
      count = outer.pop() as number;
      next = outer.pop() as number;
      terms = outer.pop() as readonly Term[] | Entries;
    }
    term = kind === ENTRIES ? (terms as Entries)[next >> 1]![next & 1]! : (terms as readonly Term[])[next]!;
    next++;
  }
}

/** Whether `erlang:term_to_binary/1` takes a proper list for a string: all elements are bytes. */
function isString(elements: readonly Term[]): elements is readonly number[] {
  if (elements.length > STRING_MAX) return false;
  for (const element of elements) {
    if (typeof element !== "number" || (element & 0xff) !== element) return false;
  }
  return true;
}

function writeString(writer: Writer, elements: readonly number[]): void {
  const { length } = elements;
  writer.tagged16(tag.STRING_EXT, length);
  const at = writer.reserve(length);
  const { bytes } = writer;
  for (let i = 0; i < length; i++) bytes[at + i] = elements[i]!;
}

function writeBitstring(writer: Writer, { bytes, lastBits }: Bitstring): void {
  if (lastBits === 8 || bytes.length === 0) {
    writer.tagged32(tag.BINARY_EXT, bytes.length);
  } else {
    writer.tagged32(tag.BIT_BINARY_EXT, bytes.length);
    writer.uint8(lastBits);
  }
  writer.raw(bytes);
}
