import { Atom, Bitstring, type Term } from "../term.js";
import { encodeTerm } from "./encode.js";
import { EtfError } from "./error.js";

type Entries = readonly (readonly [Term, Term])[];

/** Up to here comparing each key with each other one is quicker than making a set. */
const FEW = 8;

/**
 * Refuses a map in which a key stands twice, as `erlang:binary_to_term/1` does. `at` is for the error.
 * Two keys that are maps themselves count as equal only when their entries have the same order.
 */
export function checkKeys(entries: Entries, at: number): void {
  if (entries.length > 1 && (repeatsSimple(entries) || repeatsCompound(entries))) {
    throw new EtfError(at, "the keys of a map, each once", "a key twice");
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
function repeatsCompound(entries: Entries): boolean {
  const compound: Term[] = [];
  for (const [key] of entries) if (typeof key === "object" && !(key instanceof Atom)) compound.push(key);
  return compound.length > 1 && new Set(compound.map(bytesOf)).size < compound.length;
}

function bytesOf(key: Term): string {
  if (key instanceof Bitstring && key.isBinary) return `b${text(key.bytes)}`;
  return text(encodeTerm(key));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
