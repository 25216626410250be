import {
  Atom,
  Bitstring,
  ErlMap,
  List,
  Pid,
  type Term,
  Tuple,
  atom,
  binary,
  list,
  string,
  tuple,
} from "../../terms/term.js";
import { textOf } from "../../terms/access.js";
import { decodeTerm } from "../../terms/etf/decode.js";
import { encodeTerm } from "../../terms/etf/encode.js";
import { equals } from "../../terms/equal.js";
import type { BifModule } from "../context.js";
import { badarg } from "../process/raised.js";
import { append, bool, elementsOf, pidText } from "../support/term.js";

/** The functions of module `erlang` that look at terms and make them. */
export const erlangTerms: BifModule = {
  "element/2": (_context, index, term) =>
    (term instanceof Tuple && typeof index === "number" ? term.elements[index - 1] : undefined) ?? badarg(),
  "setelement/3": (_context, index, term, value) => {
    if (!(term instanceof Tuple) || typeof index !== "number" || index < 1 || index > term.arity) return badarg();
    return tuple(...term.elements.with(index - 1, value));
  },
  "tuple_size/1": (_context, term) => (term instanceof Tuple ? term.arity : badarg()),
  "++/2": (_context, first, second) => append(elementsOf(first) ?? badarg(), second),
  "length/1": (_context, term) => elementsOf(term)?.length ?? badarg(),
  "hd/1": (_context, term) => (term instanceof List ? term.elements[0] : undefined) ?? badarg(),
  "tl/1": (_context, term) => {
    if (!(term instanceof List) || term.elements.length === 0) return badarg();
    if (term.elements.length === 1 && term.tail !== undefined) return term.tail;
    return new List(term.elements.slice(1), term.tail);
  },
  "map_size/1": (_context, term) => (term instanceof ErlMap ? term.entries.length : badarg()),
  "byte_size/1": (_context, term) => (term instanceof Bitstring ? term.bytes.length : badarg()),
  "=:=/2": (_context, a, b) => bool(equals(a, b)),
  "=/=/2": (_context, a, b) => bool(!equals(a, b)),
  "not/1": (_context, term) => bool(isFalse(term)),
  "atom_to_list/1": (_context, term) => (term instanceof Atom ? string(term.name) : badarg()),
  "atom_to_binary/1": (_context, term) => (term instanceof Atom ? binary(term.name) : badarg()),
  "list_to_atom/1": (_context, term) => atom(textOf(term) ?? badarg()),
  "list_to_binary/1": (_context, term) => binary(Uint8Array.from(bytesOf(term))),
  "iolist_to_binary/1": (_context, term) => binary(Uint8Array.from(bytesOf(term))),
  "binary_to_list/1": (_context, term) => (term instanceof Bitstring ? list(...term.bytes) : badarg()),
  "integer_to_list/1": (_context, term) => (typeof term === "number" ? string(String(term)) : badarg()),
  "list_to_tuple/1": (_context, term) => tuple(...(elementsOf(term) ?? badarg())),
  "tuple_to_list/1": (_context, term) => (term instanceof Tuple ? list(...term.elements) : badarg()),
  "pid_to_list/1": (_context, term) => (term instanceof Pid ? string(pidText(term)) : badarg()),
  "term_to_binary/1": (_context, term) => binary(encodeTerm(term)),
  "binary_to_term/1": (_context, term) => (term instanceof Bitstring ? decodeTerm(term.bytes) : badarg()),
};

function isFalse(term: Term): boolean {
  if (!(term instanceof Atom) || (term.name !== "true" && term.name !== "false")) return badarg();
  return term.name === "false";
}

/** The bytes of an iolist. @throws Raised badarg for what is none */
function bytesOf(term: Term): number[] {
  if (term instanceof Bitstring) return [...term.bytes];
  if (typeof term === "number" && term >= 0 && term < 256) return [term];
  if (!(term instanceof List)) return badarg();
  return [...term.elements, ...(term.tail === undefined ? [] : [term.tail])].flatMap(bytesOf);
}
