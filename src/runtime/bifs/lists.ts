import { ExternalFun, List, OpaqueFun, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import { compareTerms } from "../../terms/order.js";
import { equals } from "../../terms/equal.js";
import type { BifModule, Context } from "../context.js";
import { badarg, raiseError } from "../process/raised.js";
import { append, FALSE, OK, TRUE, bool, elementsOf, isNamed } from "../support/term.js";

const items = (term: Term): readonly Term[] => elementsOf(term) ?? raiseError("function_clause");
const apply = (context: Context, fun: Term, args: readonly Term[]): Promise<Term> =>
  context.node.apply(context.self, fun, args);

/** Applies the fun to the elements at each index of lists of one length. */
async function zipWith(context: Context, fun: Term, lists: readonly Term[]): Promise<Term> {
  const columns = lists.map(items);
  if (columns.some(({ length }) => length !== columns[0]!.length)) return raiseError("function_clause");
  const results: Term[] = [];
  for (const index of columns[0]!.keys()) {
    results.push(
      await apply(
        context,
        fun,
        columns.map((column) => column[index]!),
      ),
    );
  }
  return list(...results);
}

async function foreach(context: Context, fun: Term, elements: Term): Promise<Term> {
  for (const element of itemsFor(fun, 1, elements)) await apply(context, fun, [element]);
  return OK;
}

async function filter(context: Context, fun: Term, elements: Term): Promise<Term> {
  const kept: Term[] = [];
  for (const element of items(elements)) {
    if (isNamed(await apply(context, fun, [element]), "true")) kept.push(element);
  }
  return list(...kept);
}

async function fold(context: Context, fun: Term, start: Term, elements: readonly Term[]): Promise<Term> {
  let accumulated = start;
  for (const element of elements) accumulated = await apply(context, fun, [element, accumulated]);
  return accumulated;
}

function keyFind(key: Term, position: Term, elements: Term): Tuple | undefined {
  const index = typeof position === "number" && position > 0 ? position - 1 : badarg();
  const found = items(elements).find(
    (item) => item instanceof Tuple && item.arity > index && equals(item.elements[index]!, key),
  );
  return found as Tuple | undefined;
}

/** The elements of a list that a fun of that arity is to be applied to, as the functions of lists check both. */
function itemsFor(fun: Term, arity: number, elements: Term): readonly Term[] {
  const isFun = (fun instanceof ExternalFun || fun instanceof OpaqueFun) && fun.arity === arity;
  if (!isFun) return raiseError("function_clause");
  if (!(elements instanceof List)) return raiseError(tuple(atom("case_clause"), elements));
  return items(elements);
}

/** Module `lists`, as far as calls from outside use it. */
export const lists: BifModule = {
  "map/2": (context, fun, elements) => zipWith(context, fun, [list(...itemsFor(fun, 1, elements))]),
  "foreach/2": foreach,
  "filter/2": filter,
  "foldl/3": (context, fun, start, elements) => fold(context, fun, start, itemsFor(fun, 2, elements)),
  "foldr/3": (context, fun, start, elements) => fold(context, fun, start, [...itemsFor(fun, 2, elements)].reverse()),
  "zip/2": (_context, first, second) => {
    const [a, b] = [items(first), items(second)];
    if (a.length !== b.length) return raiseError("function_clause");
    return list(...a.map((element, index) => tuple(element, b[index]!)));
  },
  "zipwith/3": (context, fun, first, second) => zipWith(context, fun, [first, second]),
  "zipwith3/4": (context, fun, first, second, third) => zipWith(context, fun, [first, second, third]),
  "reverse/1": (_context, elements) => list(...[...items(elements)].reverse()),
  "append/1": (_context, lists) => items(lists).reduceRight<Term>((tail, each) => append(items(each), tail), list()),
  "all/2": async (context, predicate, elements) => {
    for (const element of itemsFor(predicate, 1, elements)) {
      if (!isNamed(await apply(context, predicate, [element]), "true")) return FALSE;
    }
    return TRUE;
  },
  "append/2": (_context, first, second) => append(items(first), second),
  "member/2": (_context, element, elements) => bool(items(elements).some((item) => equals(item, element))),
  "prefix/2": (_context, prefix, elements) => {
    const whole = items(elements);
    return bool(items(prefix).every((item, index) => index < whole.length && equals(item, whole[index]!)));
  },
  "nth/2": (_context, index, elements) =>
    (typeof index === "number" ? items(elements)[index - 1] : undefined) ?? raiseError("function_clause"),
  "sort/1": (_context, elements) => list(...[...items(elements)].sort(compareTerms)),
  "usort/1": (_context, elements) => {
    const sorted = [...items(elements)].sort(compareTerms);
    return list(...sorted.filter((term, index) => index === 0 || compareTerms(sorted[index - 1]!, term) !== 0));
  },
  "seq/2": (_context, from, to) => {
    if (typeof from !== "number" || typeof to !== "number" || to < from - 1) return raiseError("function_clause");
    return list(...Array.from({ length: to - from + 1 }, (_, index) => from + index));
  },
  "duplicate/2": (_context, count, term) =>
    typeof count === "number" && count >= 0
      ? list(...Array.from({ length: count }, () => term))
      : raiseError("function_clause"),
  "keyfind/3": (_context, key, position, elements) => keyFind(key, position, elements) ?? FALSE,
  "keymember/3": (_context, key, position, elements) => bool(keyFind(key, position, elements) !== undefined),
};
