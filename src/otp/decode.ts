import { Atom, Bitstring, List, Pid, Tuple, type Term } from "../terms/term.js";

/** Readers of the forms that OTP functions answer with. Each gives undefined where the term is not of that form. */

/** The elements of a tuple of `arity`, optionally one whose first element is the atom `tag`. */
export function tupleElements(term: Term | undefined, arity: number, tag?: string): readonly Term[] | undefined {
  if (!(term instanceof Tuple) || term.arity !== arity) return undefined;
  if (tag !== undefined && atomName(term.elements[0]) !== tag) return undefined;
  return term.elements;
}

/** The elements of a proper list. */
export function listElements(term: Term | undefined): readonly Term[] | undefined {
  return term instanceof List && term.isProper ? term.elements : undefined;
}

export function atomName(term: Term | undefined): string | undefined {
  return term instanceof Atom ? term.name : undefined;
}

/** The names in a proper list of atoms. */
export function atomNames(term: Term | undefined): string[] | undefined {
  const names = listElements(term)?.map(atomName);
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

/** The text of an Erlang string or a binary; of file names and versions. */
export function stringText(term: Term | undefined): string | undefined {
  if (term instanceof Bitstring) return new TextDecoder().decode(term.bytes);
  const elements = listElements(term);
  if (elements === undefined || !elements.every((code) => typeof code === "number" && code >= 0 && code <= 0x10ffff)) {
    return undefined;
  }
  // In slices: a call takes only so many arguments.
  let text = "";
  for (let at = 0; at < elements.length; at += 8192) {
    text += String.fromCodePoint(...(elements.slice(at, at + 8192) as number[]));
  }
  return text;
}

export function pidOf(term: Term | undefined): Pid | undefined {
  return term instanceof Pid ? term : undefined;
}

export function bytesOf(term: Term | undefined): Uint8Array | undefined {
  return term instanceof Bitstring && term.isBinary ? term.bytes : undefined;
}

/** The bytes as lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
