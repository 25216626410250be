import { compareExactly } from "./order.js";
import { Atom, type Term } from "./term.js";

/**
 * Which entries of a map as written count, as indices: of equal keys (`=:=`) the last one, at the place of the first.
 * maps:from_list/1 takes the last, too.
 */
export function distinctEntries(keys: readonly Term[]): readonly number[] {
  const chosen = keys.every((key) => key instanceof Atom || typeof key === "number" || typeof key === "bigint")
    ? bySimpleKey(keys)
    : byOrder(keys);
  return [...chosen.values()];
}

function bySimpleKey(keys: readonly Term[]): Map<unknown, number> {
  const chosen = new Map<unknown, number>();
  keys.forEach((key, index) => chosen.set(key, index));
  return chosen;
}

/** Equal keys are neighbours once sorted. The result maps the first index of each key to the last. */
function byOrder(keys: readonly Term[]): Map<number, number> {
  const sorted = keys.map((_, index) => index);
  sorted.sort((a, b) => compareExactly(keys[a]!, keys[b]!) || a - b);
  const lastOf = new Map<number, number>();
  let first = -1;
  sorted.forEach((index, place) => {
    const previous = sorted[place - 1];
    if (previous === undefined || compareExactly(keys[previous]!, keys[index]!) !== 0) first = index;
    lastOf.set(first, index);
  });
  return new Map([...lastOf].sort(([a], [b]) => a - b));
}
