import {
  Atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  List,
  OpaqueFun,
  Pid,
  Port,
  Reference,
  type Term,
  Tuple,
  atom,
  tuple,
} from "../../terms/term.js";
import { printTerm } from "../../terms/print.js";

/** Small readers and makers of terms that the whole runtime uses. */

export const TRUE = atom("true");
export const FALSE = atom("false");
export const OK = atom("ok");
export const ERROR = atom("error");
export const UNDEFINED = atom("undefined");
export const NORMAL = atom("normal");
export const INFINITY = atom("infinity");

export const bool = (value: boolean): Atom => (value ? TRUE : FALSE);
export const ok = (value: Term): Tuple => tuple(OK, value);
export const error = (reason: Term): Tuple => tuple(ERROR, reason);

/** A tuple whose first element is the atom `tag`, of `arity` elements in all. */
export function isTagged(term: unknown, tag: string, arity: number): term is Tuple {
  return term instanceof Tuple && term.elements.length === arity && isNamed(term.elements[0], tag);
}

export function isNamed(term: unknown, name: string): term is Atom {
  return term instanceof Atom && term.name === name;
}

/** The element at `index` (from 0) of a tuple that is known to have it. */
export function at(term: Tuple, index: number): Term {
  return term.elements[index]!;
}

/** The elements of a proper list; undefined for anything else. */
export function elementsOf(term: unknown): readonly Term[] | undefined {
  return term instanceof List && term.tail === undefined ? term.elements : undefined;
}

/** The value of `{Key, Value}` in a list of such pairs, as `lists:keyfind/3` would find it. */
export function keyFind(items: readonly Term[], key: string): Term | undefined {
  for (const item of items) {
    if (item instanceof Tuple && item.elements.length >= 2 && isNamed(item.elements[0], key)) return item.elements[1];
  }
  return undefined;
}

/** The value of an atom key in a map; undefined when it isn't there. */
export function mapGet(term: ErlMap, key: string): Term | undefined {
  for (const [name, value] of term.entries) if (isNamed(name, key)) return value;
  return undefined;
}

/** A timeout term as milliseconds: a non-negative integer, or `infinity`; undefined for anything else. */
export function timeoutOf(term: unknown): number | "infinity" | undefined {
  if (typeof term === "number" && term >= 0) return term;
  return isNamed(term, "infinity") ? "infinity" : undefined;
}

export const timeoutTerm = (timeout: number | "infinity"): Term => (timeout === "infinity" ? INFINITY : timeout);

/** A string by which two terms are equal (`=:=`) exactly when their keys are. */
export function keyOf(term: Term): string {
  if (term instanceof Atom) return `a${term.name}`;
  if (typeof term === "number") return `i${term}`;
  if (term instanceof Pid) return `p${term.id}.${term.serial}.${term.creation}@${term.node.name}`;
  return `t${printTerm(term)}`;
}

/** A pid as its own node prints it: `<0.123.0>`. */
export const pidText = (pid: Pid): string => `<0.${pid.id}.${pid.serial}>`;

export const refKey = (reference: Reference): string => reference.words.join(".");

/** True for what the term types allow; false for other JavaScript values. Does not look into containers. */
export function isTerm(value: unknown): value is Term {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value);
    case "bigint":
      return true;
    case "object":
      return (
        value instanceof Atom ||
        value instanceof Tuple ||
        value instanceof List ||
        value instanceof ErlMap ||
        value instanceof Bitstring ||
        value instanceof Pid ||
        value instanceof Float ||
        value instanceof Reference ||
        value instanceof ExternalFun ||
        value instanceof OpaqueFun ||
        value instanceof Port
      );
    default:
      return false;
  }
}

/** The whole of a charlist, binary or atom as text: what file and path functions accept. */
export function nameText(term: Term): string | undefined {
  if (term instanceof Atom) return term.name;
  if (term instanceof Bitstring && term.isBinary) return new TextDecoder().decode(term.bytes);
  const items = elementsOf(term);
  if (items === undefined) return undefined;
  let text = "";
  for (const item of items) {
    const part = typeof item === "number" ? String.fromCodePoint(item) : nameText(item);
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

/** `Items ++ Tail`. */
export const append = (items: readonly Term[], tail: Term): Term => (items.length === 0 ? tail : new List(items, tail));
