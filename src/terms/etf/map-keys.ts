import { Atom, Bitstring, type Term } from "../term.js";
import { encodeTerm } from "./encode.js";
import { EtfError } from "./error.js";
import type { Reader } from "./reader.js";

type Entries = readonly (readonly [Term, Term])[];

/** Up to here comparing each key with each other one is quicker than making a set. */
const FEW = 8;

/**
 * Refuses a map in which a key stands twice, as `erlang:binary_to_term/1` does. Two keys that are maps themselves count
 * as equal only when their entries have the same order, and keys that are nothing but maps within maps within maps, far
 * beyond what anybody writes, are not compared (see {@link Reader.keyBudget}).
 */
export function checkKeys(entries: Entries, reader: Reader): void {
  if (entries.length > 1 && (repeatsSimple(entries) || repeatsCompound(entries, reader))) {
    throw new EtfError(reader.offset, "the keys of a map, each once", "a key twice");
  }
}

/** Atoms and integers: equal ones are `===`. */
function repeatsSimple(entries: Entries): boolean {
  if (entries.length > FEW) return new Set(entries.map(([key]) => key)).size < entries.length;
  for (let i = 1; i < entries.length; i++) {
    const key = entries[i]![0];
    for (let j = 0; j < i; j++) if (entries[j]![0] === key) return true;
  }
  return false;
}

/** All other keys: equal ones have the same bytes. */
function repeatsCompound(entries: Entries, reader: Reader): boolean {
  const compound: Term[] = [];
  for (const [key] of entries) if (typeof key === "object" && !(key instanceof Atom)) compound.push(key);
  if (compound.length < 2) return false;
  const seen = new Set<string>();
  for (const key of compound) {
    if (reader.keyBudget <= 0) return false;
    const bytes = bytesOf(key);
    reader.keyBudget -= bytes.length;
    if (seen.has(bytes)) return true;
    seen.add(bytes);
  }
  return false;
}

function bytesOf(key: Term): string {
  if (key instanceof Bitstring && key.isBinary) return `b${text(key.bytes)}`;
  return text(encodeTerm(key));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
