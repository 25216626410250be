import { sortedEntries } from "./order.js";
import { binaryParts, printableBinary, printableString, printAtomic, type PrintOptions } from "./print-atomic.js";
import { Atom, Bitstring, ErlMap, List, Tuple, type Term } from "./term.js";

/** A term prepared for layout: its length on one line in columns, and what it consists of. */
export type Layoutable = Leaf | Sequence | Pairs | Bytes;

/** What can't be broken. */
export interface Leaf {
  readonly kind: "leaf";
  readonly length: number;
  readonly text: string;
}

export interface Sequence {
  readonly kind: "list" | "tuple";
  readonly length: number;
  readonly elements: readonly Layoutable[];
  /** A tuple that begins with an atom, and has more. */
  readonly isTagged: boolean;
  /** Of an improper list. */
  readonly tail: Layoutable | undefined;
}

export interface Pairs {
  readonly kind: "map";
  readonly length: number;
  readonly pairs: readonly Pair[];
}

export interface Pair {
  readonly length: number;
  readonly key: Layoutable;
  readonly value: Layoutable;
}

/** A bit string that is no text: it can be broken after any comma. */
export interface Bytes {
  readonly kind: "bytes";
  readonly length: number;
  readonly parts: readonly string[];
}

/** io_lib_pretty:print_length/6, without limits. Undefined for a term with more than `depth` levels. */
export function describe(term: Term, depth: number, options: PrintOptions): Layoutable | undefined {
  if (term instanceof Bitstring && printableBinary(term) === undefined) return bytes(term);
  const text = printAtomic(term, options) ?? (term instanceof List ? printableString(term) : undefined);
  if (text !== undefined) return leaf(text);
  if (depth === 0) return undefined;
  if (term instanceof ErlMap) return map(term, depth, options);
  return sequence(term as Tuple | List, depth, options);
}

function sequence(term: Tuple | List, depth: number, options: PrintOptions): Layoutable | undefined {
  if (term.elements.length === 0) return leaf(term instanceof Tuple ? "{}" : "[]");
  const elements: Layoutable[] = [];
  let length = 1;
  for (const element of term.elements) {
    const described = describe(element, depth - 1, options);
    if (described === undefined) return undefined;
    elements.push(described);
    length += 1 + described.length;
  }
  if (term instanceof Tuple) {
    const isTagged = term.elements[0] instanceof Atom && term.arity > 1;
    return { kind: "tuple", length, elements, isTagged, tail: undefined };
  }
  const tail = term.tail === undefined ? undefined : describe(term.tail, depth - 1, options);
  if (term.tail !== undefined && tail === undefined) return undefined;
  return { kind: "list", length: length + (tail === undefined ? 0 : 1 + tail.length), elements, isTagged: false, tail };
}

function map(term: ErlMap, depth: number, options: PrintOptions): Layoutable | undefined {
  if (term.entries.length === 0) return leaf("#{}");
  const pairs: Pair[] = [];
  let length = 2;
  for (const [keyTerm, valueTerm] of sortedEntries(term)) {
    const key = describe(keyTerm, depth - 1, options);
    const value = describe(valueTerm, depth - 1, options);
    if (key === undefined || value === undefined) return undefined;
    const pair = { length: key.length + 4 + value.length, key, value };
    pairs.push(pair);
    length += 1 + pair.length;
  }
  return { kind: "map", length, pairs };
}

function bytes(term: Bitstring): Bytes {
  const parts = binaryParts(term);
  return { kind: "bytes", length: parts.reduce((sum, part) => sum + part.length + 1, 3), parts };
}

const leaf = (text: string): Leaf => ({ kind: "leaf", length: columns(text), text });

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** io_lib:chars_length/1: characters, but grapheme clusters once there is a character beyond Latin-1. */
function columns(text: string): number {
  if (!/[^\x00-\xff]/.test(text)) return text.length;
  return Array.from(graphemes.segment(text)).length;
}
