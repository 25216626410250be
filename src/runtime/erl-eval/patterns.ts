import { Atom, type Bitstring, ErlMap, List, type Term, Tuple, binary, nil } from "../../terms/term.js";
import { listElements, mapValue } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { raiseError } from "../process/raised.js";
import { isNamed } from "../support/term.js";

/** Variables with their values. Never changed in place: a clause that doesn't match leaves no trace. */
export type Bindings = ReadonlyMap<string, Term>;

/** An abstract form as its parts: `{Type, Line, Part, ...}`. */
export function parts(form: Term): { readonly type: string; readonly parts: readonly Term[] } {
  if (!(form instanceof Tuple) || form.arity < 2 || !(form.elements[0] instanceof Atom)) {
    return raiseError("function_clause");
  }
  return { type: form.elements[0].name, parts: form.elements.slice(2) };
}

export const items = (term: Term | undefined): readonly Term[] => listElements(term) ?? raiseError("function_clause");

export const nameOf = (term: Term | undefined): string =>
  term instanceof Atom ? term.name : raiseError("function_clause");

/** The value of a literal form; undefined when the form is no literal. */
export function literal(form: Term): Term | undefined {
  const { type, parts: given } = parts(form);
  const [value] = given;
  switch (type) {
    case "atom":
    case "integer":
    case "char":
    case "float":
      return value;
    case "string":
      return value instanceof List ? value : undefined;
    case "nil":
      return nil;
    case "bin":
      return binaryLiteral(items(value));
    default:
      return undefined;
  }
}

/** `<<"text">>` and `<<1, 2>>`: binaries of whole bytes that are written out. */
function binaryLiteral(elements: readonly Term[]): Bitstring | undefined {
  const bytes: number[] = [];
  for (const element of elements) {
    const { type, parts: given } = parts(element);
    const value = type === "bin_element" ? literal(given[0]!) : undefined;
    const isPlain = isNamed(given[1], "default") && isNamed(given[2], "default");
    if (!isPlain || value === undefined) return undefined;
    bytes.push(...((value instanceof List ? value.elements : [value]) as readonly number[]));
  }
  return binary(Uint8Array.from(bytes));
}

/** The bindings with those that a pattern makes; undefined when the value doesn't match. */
export function match(pattern: Term, value: Term, bindings: Bindings): Bindings | undefined {
  const fixed = literal(pattern);
  if (fixed !== undefined) return equals(fixed, value) ? bindings : undefined;
  const { type, parts: given } = parts(pattern);
  switch (type) {
    case "var":
      return matchVariable(nameOf(given[0]), value, bindings);
    case "match": {
      const left = match(given[0]!, value, bindings);
      return left && match(given[1]!, value, left);
    }
    case "tuple": {
      const elements = items(given[0]);
      if (!(value instanceof Tuple) || value.arity !== elements.length) return undefined;
      return matchAll(elements, value.elements, bindings);
    }
    case "cons":
      return matchCons(given[0]!, given[1]!, value, bindings);
    case "map":
      return matchMap(items(given[0]), value, bindings);
    default:
      return raiseError("function_clause");
  }
}

function matchVariable(name: string, value: Term, bindings: Bindings): Bindings | undefined {
  if (name === "_") return bindings;
  const bound = bindings.get(name);
  if (bound !== undefined) return equals(bound, value) ? bindings : undefined;
  return new Map([...bindings, [name, value]]);
}

/** Matches patterns with as many values. */
export function matchAll(patterns: readonly Term[], values: readonly Term[], bindings: Bindings): Bindings | undefined {
  let found: Bindings | undefined = bindings;
  for (const [index, pattern] of patterns.entries()) {
    found = found && match(pattern, values[index]!, found);
  }
  return found;
}

function matchCons(head: Term, tail: Term, value: Term, bindings: Bindings): Bindings | undefined {
  if (!(value instanceof List) || value.elements.length === 0) return undefined;
  const afterHead = match(head, value.elements[0]!, bindings);
  return afterHead && match(tail, tailOf(value), afterHead);
}

/** `tl/1` of a list that has elements. */
export function tailOf(value: List): Term {
  if (value.elements.length === 1) return value.tail ?? nil;
  return new List(value.elements.slice(1), value.tail);
}

function matchMap(fields: readonly Term[], value: Term, bindings: Bindings): Bindings | undefined {
  if (!(value instanceof ErlMap)) return undefined;
  let found: Bindings | undefined = bindings;
  for (const field of fields) {
    const [keyForm, pattern] = parts(field).parts;
    const key: Term | undefined = literal(keyForm!) ?? found?.get(nameOf(parts(keyForm!).parts[0]));
    const inside: Term | undefined = key === undefined ? undefined : mapValue(value, key);
    found = found && inside !== undefined ? match(pattern!, inside, found) : undefined;
  }
  return found;
}

/** True for the atom `true`. */
export const isTrue = (term: Term): boolean => isNamed(term, "true");
