import { ErlMap, List, type Term, Tuple, atom, list, map } from "../../terms/term.js";
import { mapValue, textOf } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { raiseError } from "../process/raised.js";

/** Terms for module authors: the types, their makers, and what reads them. */
export {
  Atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  List,
  Pid,
  Reference,
  type Term,
  Tuple,
  atom,
  binary,
  integer,
  kindOf,
  list,
  map,
  nil,
  string,
  tuple,
} from "../../terms/term.js";
export { textOf } from "../../terms/access.js";
export { equals } from "../../terms/equal.js";
export { compareTerms } from "../../terms/order.js";
export { printTerm } from "../../terms/print.js";

/** True for the atom of that name. */
export function isAtom(term: unknown, name: string): boolean {
  return term === atom(name);
}

/**
 * True for a tuple that begins with the atom `tag`, of `arity` elements in all when that is given: the usual shape of
 * requests and answers.
 */
export function isTuple(term: unknown, tag: string, arity?: number): term is Tuple {
  if (!(term instanceof Tuple) || term.elements[0] !== atom(tag)) return false;
  return arity === undefined || term.elements.length === arity;
}

/** A map from the entries of an object: its keys become atoms. */
export function record(entries: Readonly<Record<string, Term>>): ErlMap {
  return map(Object.entries(entries).map(([key, value]) => [atom(key), value]));
}

/**
 * The value of a key of a map; a string stands for an atom. `otherwise` when there is none.
 * @throws Raised error `{badmap, Term}` for what is no map
 */
export function mapGet(term: Term, key: Term | string, otherwise?: Term): Term | undefined {
  return mapValue(asMap(term), typeof key === "string" ? atom(key) : key) ?? otherwise;
}

/** The map with that value under that key; a string stands for an atom. @throws Raised error `{badmap, Term}` */
export function mapPut(term: Term, key: Term | string, value: Term): ErlMap {
  const wanted = typeof key === "string" ? atom(key) : key;
  const { entries } = asMap(term);
  const index = entries.findIndex(([candidate]) => equals(candidate, wanted));
  return map(index < 0 ? [...entries, [wanted, value]] : entries.with(index, [wanted, value]));
}

/** The map without that key. @throws Raised error `{badmap, Term}` */
export function mapRemove(term: Term, key: Term | string): ErlMap {
  const wanted = typeof key === "string" ? atom(key) : key;
  return map(asMap(term).entries.filter(([candidate]) => !equals(candidate, wanted)));
}

function asMap(term: Term): ErlMap {
  return term instanceof ErlMap ? term : raiseError(new Tuple([atom("badmap"), term]));
}

function asList(term: Term): List {
  return term instanceof List ? term : raiseError(new Tuple([atom("badarg"), term]));
}

/**
 * The value of the first `{key, Value}` in a list of pairs; a string stands for an atom.
 * @throws Raised error `{badarg, Term}` for what is no list
 */
export function keyGet(term: Term, key: Term | string): Term | undefined {
  const wanted = typeof key === "string" ? atom(key) : key;
  for (const item of asList(term).elements) {
    if (item instanceof Tuple && item.arity === 2 && equals(item.elements[0]!, wanted)) return item.elements[1];
  }
  return undefined;
}

/** The list of pairs with `{key, Value}` in the place of the first one with that key, or at its end. */
export function keyPut(term: Term, key: Term | string, value: Term): List {
  const wanted = typeof key === "string" ? atom(key) : key;
  const pair = new Tuple([wanted, value]);
  const { elements } = asList(term);
  const index = elements.findIndex(
    (item) => item instanceof Tuple && item.arity === 2 && equals(item.elements[0]!, wanted),
  );
  return list(...(index < 0 ? [...elements, pair] : elements.with(index, pair)));
}

/** The text of an atom, a string or a binary; for messages. @throws TypeError for other terms */
export function text(term: Term): string {
  const found = textOf(term);
  if (found === undefined) throw new TypeError("neither a string nor a UTF-8 binary");
  return found;
}
