import { kindOf, type Term, Atom, Bitstring, List, Tuple } from "../../terms/term.js";
import { printTerm } from "../../terms/print.js";

const SHOWN = 48;

/** Cuts a text for a message. */
export function clip(text: string): string {
  const characters = Array.from(text);
  return characters.length <= SHOWN ? text : `${characters.slice(0, SHOWN - 3).join("")}...`;
}

/** A key of a mapping, in one line. */
export const describeKey = (key: string): string => (/^[\w.@-]{1,40}$/.test(key) ? key : clip(JSON.stringify(key)));

/** A term in words, short: `the atom foo`, `the string "1.0"`. */
export function describeTerm(term: Term): string {
  const shown = clip(printTerm(term));
  if (term instanceof List) {
    if (term.elements.length === 0) return "the empty list []";
    if (!term.isProper) return `the improper list ${shown}`;
    return shown.startsWith('"') ? `the string ${shown}` : `the list ${shown}`;
  }
  if (term instanceof Bitstring) return term.isBinary ? `the binary ${shown}` : `the bit string ${shown}`;
  if (term instanceof Atom) return `the atom ${shown}`;
  if (term instanceof Tuple) return `the tuple ${shown}`;
  return `the ${kindOf(term).replace("_", " ")} ${shown}`;
}
