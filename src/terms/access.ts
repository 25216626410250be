import { Buffer, isUtf8 } from "node:buffer";
import { isUnicode } from "./characters.js";
import { Atom, Bitstring, ErlMap, List, Tuple, type Term } from "./term.js";
import { equals } from "./equal.js";

/** True for an atom, or for the atom of that name. */
export function isAtom(term: Term | undefined, name?: string): term is Atom {
  return term instanceof Atom && (name === undefined || term.name === name);
}

/** The name of an atom; undefined for other terms. */
export function atomName(term: Term | undefined): string | undefined {
  return term instanceof Atom ? term.name : undefined;
}

/**
 * An Erlang string (a proper list of characters) or a binary in UTF-8 as text; undefined for other terms. `[]` is the
 * empty text.
 */
export function textOf(term: Term | undefined): string | undefined {
  return term instanceof Bitstring ? binaryText(term) : stringText(term);
}

/** The text of a proper list of characters (io_lib:char_list/1); undefined for other terms. `[]` is the empty text. */
export function stringText(term: Term | undefined): string | undefined {
  if (!(term instanceof List) || term.tail !== undefined) return undefined;
  let text = "";
  for (const element of term.elements) {
    if (typeof element !== "number" || element < 0 || !isUnicode(element)) return undefined;
    text += String.fromCodePoint(element);
  }
  return text;
}

/** The text of a binary in UTF-8; undefined for other terms. */
export function binaryText(term: Term | undefined): string | undefined {
  if (!(term instanceof Bitstring) || !term.isBinary || !isUtf8(term.bytes)) return undefined;
  return Buffer.from(term.bytes.buffer, term.bytes.byteOffset, term.bytes.byteLength).toString();
}

/** The elements of a proper list; undefined for other terms. */
export function listElements(term: Term | undefined): readonly Term[] | undefined {
  return term instanceof List && term.tail === undefined ? term.elements : undefined;
}

/** The elements of a tuple, of any size or of the given one; undefined for other terms. */
export function tupleElements(term: Term | undefined, arity?: number): readonly Term[] | undefined {
  return term instanceof Tuple && (arity === undefined || term.arity === arity) ? term.elements : undefined;
}

/** The elements of a tuple whose first one is the atom `tag`; undefined for other terms. */
export function taggedTuple(term: Term | undefined, tag: string, arity?: number): readonly Term[] | undefined {
  const elements = tupleElements(term, arity);
  return elements !== undefined && isAtom(elements[0], tag) ? elements : undefined;
}

/** The names of a proper list of atoms; undefined for other terms. */
export function atomNames(term: Term | undefined): readonly string[] | undefined {
  const names = listElements(term)?.map(atomName);
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

/** The value under a key (`=:=`) of a map; undefined without it, and for other terms. */
export function mapValue(term: Term | undefined, key: Term): Term | undefined {
  return term instanceof ErlMap ? term.entries.find(([candidate]) => equals(candidate, key))?.[1] : undefined;
}

/** The value of the first pair `{key, Value}` in a proper list, as proplists and keyfind read it. */
export function keyFind(term: Term | undefined, key: string): Term | undefined {
  const pair = listElements(term)?.find((element) => taggedTuple(element, key, 2) !== undefined);
  return tupleElements(pair)?.[1];
}
