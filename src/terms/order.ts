import { compareAtomic } from "./order-atomic.js";
import { ErlMap, kindOf, List, Tuple, type Term, type TermKind } from "./term.js";

/** number < atom < reference < fun < port < pid < tuple < map < nil < list < bit string */
const ranks: Readonly<Record<TermKind, number>> = {
  integer: 0,
  float: 0,
  atom: 1,
  reference: 2,
  fun: 3,
  external_fun: 3,
  port: 4,
  pid: 5,
  tuple: 6,
  map: 7,
  list: 9,
  bitstring: 10,
};
const NIL_RANK = 8;

/**
 * Erlang term order: negative when `a < b`, positive when `a > b`, 0 when `a == b` (so 1 and 1.0 compare as 0).
 * Follows erts_cmp. Terms of any depth can be compared.
 */
export function compareTerms(a: Term, b: Term): number {
  return compare(a, b, false);
}

/**
 * The order of map keys: as {@link compareTerms}, but an integer is less than every float, and -0.0 less than 0.0 (since
 * OTP 27), so that 0 means `=:=`.
 */
export function compareExactly(a: Term, b: Term): number {
  return compare(a, b, true);
}

/** What is left to compare: elements of both sides, from the next index on. */
interface Pending {
  readonly left: readonly Term[];
  readonly right: readonly Term[];
  next: number;
  readonly exact: boolean;
  /** Decides when all elements are equal. */
  readonly otherwise: number;
}

function compare(a: Term, b: Term, exact: boolean): number {
  const stack: Pending[] = [];
  let left = a;
  let right = b;
  for (;;) {
    const order = left === right ? 0 : compareHeads(left, right, exact, stack);
    if (order !== 0) return order;
    for (;;) {
      const top = stack.at(-1);
      if (top === undefined) return 0;
      if (top.next < top.left.length) {
        left = top.left[top.next]!;
        right = top.right[top.next]!;
        exact = top.exact;
        top.next++;
        break;
      }
      if (top.otherwise !== 0) return top.otherwise;
      stack.pop();
    }
  }
}

/** Compares all but the elements, which are pushed for later. */
function compareHeads(a: Term, b: Term, exact: boolean, stack: Pending[]): number {
  const order = rankOf(a) - rankOf(b);
  if (order !== 0) return order;
  if (a instanceof Tuple && b instanceof Tuple) {
    if (a.arity !== b.arity) return a.arity - b.arity;
    stack.push({ left: a.elements, right: b.elements, next: 0, exact, otherwise: 0 });
    return 0;
  }
  if (a instanceof List && b instanceof List) return pushLists(a, b, exact, stack);
  if (a instanceof ErlMap && b instanceof ErlMap) return pushMaps(a, b, exact, stack);
  return compareAtomic(a, b, exact);
}

function rankOf(term: Term): number {
  return term instanceof List && term.elements.length === 0 ? NIL_RANK : ranks[kindOf(term)];
}

/** Common elements first; then the two rests: a list that ended against one that goes on, or two tails. */
function pushLists(a: List, b: List, exact: boolean, stack: Pending[]): number {
  const common = Math.min(a.elements.length, b.elements.length);
  if (a.elements.length === b.elements.length) {
    const tails = pairOfTails(a, b, exact, stack);
    stack.push({ left: a.elements, right: b.elements, next: 0, exact, otherwise: tails });
  } else {
    const aIsShorter = a.elements.length === common;
    const tail = aIsShorter ? a.tail : b.tail;
    // What is left of the longer one is a list that isn't empty.
    const tailFirst = tail === undefined || rankOf(tail) < ranks.list ? -1 : 1;
    stack.push({
      left: a.elements.slice(0, common),
      right: b.elements.slice(0, common),
      next: 0,
      exact,
      otherwise: aIsShorter ? tailFirst : -tailFirst,
    });
  }
  return 0;
}

/** Pushes two tails that are both there, to be compared after the elements; else says which side is less. */
function pairOfTails(a: List, b: List, exact: boolean, stack: Pending[]): number {
  if (a.tail === undefined && b.tail === undefined) return 0;
  if (a.tail !== undefined && b.tail !== undefined) {
    stack.push({ left: [a.tail], right: [b.tail], next: 0, exact, otherwise: 0 });
    return 0;
  }
  const tail = a.tail ?? b.tail!;
  const tailFirst = rankOf(tail) < NIL_RANK ? -1 : 1;
  return b.tail === undefined ? tailFirst : -tailFirst;
}

/** By size, then by the keys in their order, then by the values in the order of their keys. */
function pushMaps(a: ErlMap, b: ErlMap, exact: boolean, stack: Pending[]): number {
  if (a.entries.length !== b.entries.length) return a.entries.length - b.entries.length;
  const left = sortedEntries(a);
  const right = sortedEntries(b);
  const value = (entry: readonly [Term, Term]): Term => entry[1];
  const key = (entry: readonly [Term, Term]): Term => entry[0];
  stack.push({ left: left.map(value), right: right.map(value), next: 0, exact, otherwise: 0 });
  stack.push({ left: left.map(key), right: right.map(key), next: 0, exact: true, otherwise: 0 });
  return 0;
}

type Entries = ErlMap["entries"];

/** The entries of a map in the order of its keys, in which OTP compares maps and prints those of up to 32 keys. */
export function sortedEntries(map: ErlMap): Entries {
  const known = map.sorted;
  if (known !== undefined) return known;
  // Maps inside keys first: sorting then finds them sorted, and never goes deeper than one level by itself.
  for (const inner of mapsInKeys(map)) sortAlone(inner);
  return sortAlone(map);
}

function sortAlone(map: ErlMap): Entries {
  const entries = map.entries.length < 2 ? map.entries : map.entries.toSorted(([a], [b]) => compareExactly(a, b));
  map.sorted = entries;
  return entries;
}

/** Every map inside a key of `map` that isn't sorted yet, the inner ones before the outer ones. */
function mapsInKeys(map: ErlMap): readonly ErlMap[] {
  const found: ErlMap[] = [];
  if (map.entries.length < 2) return found;
  const waiting: Term[] = map.entries.map(([key]) => key);
  for (let term = waiting.pop(); term !== undefined; term = waiting.pop()) {
    if (term instanceof Tuple) pushAll(waiting, term.elements);
    else if (term instanceof List) {
      pushAll(waiting, term.elements);
      if (term.tail !== undefined) waiting.push(term.tail);
    } else if (term instanceof ErlMap && term.sorted === undefined) {
      found.push(term);
      for (const entry of term.entries) pushAll(waiting, entry);
    }
  }
  // A map is found before what is inside it.
  return found.reverse();
}

function pushAll(target: Term[], terms: readonly Term[]): void {
  for (const term of terms) {
    if (term instanceof Tuple || term instanceof List || term instanceof ErlMap) target.push(term);
  }
}
