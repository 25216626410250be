import {
  Atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  List,
  OpaqueFun,
  Pid,
  Reference,
  type Term,
  Tuple,
  atom,
  integer,
  list,
} from "../../terms/term.js";
import { equals } from "../../terms/equal.js";
import { compareTerms } from "../../terms/order.js";
import type { Context } from "../context.js";
import { badarg, raiseError } from "../process/raised.js";
import { append, bool, elementsOf, isNamed, keyOf } from "../support/term.js";
import { send } from "../process/post.js";

const BADARITH = (): never => raiseError("badarith");

const whole = (term: Term | undefined): bigint =>
  typeof term === "number" || typeof term === "bigint" ? BigInt(term) : BADARITH();

const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  div: (a, b) => (b === 0n ? BADARITH() : a / b),
  rem: (a, b) => (b === 0n ? BADARITH() : a % b),
  band: (a, b) => a & b,
  bor: (a, b) => a | b,
};

const comparison: Readonly<Record<string, (a: Term, b: Term) => boolean>> = {
  "=:=": equals,
  "=/=": (a, b) => !equals(a, b),
  "==": (a, b) => compareTerms(a, b) === 0,
  "/=": (a, b) => compareTerms(a, b) !== 0,
  "<": (a, b) => compareTerms(a, b) < 0,
  "=<": (a, b) => compareTerms(a, b) <= 0,
  ">": (a, b) => compareTerms(a, b) > 0,
  ">=": (a, b) => compareTerms(a, b) >= 0,
};

/** Each element of the second takes one that equals it, the first one, away from the first. */
function subtract(from: readonly Term[], taken: readonly Term[]): Term {
  const left = new Map<string, number>();
  for (const term of taken) left.set(keyOf(term), (left.get(keyOf(term)) ?? 0) + 1);
  return list(
    ...from.filter((term) => {
      const times = left.get(keyOf(term)) ?? 0;
      if (times > 0) left.set(keyOf(term), times - 1);
      return times === 0;
    }),
  );
}

const truth = (term: Term): boolean => isNamed(term, "true") || (isNamed(term, "false") ? false : raiseError("badarg"));

/** Applies an operator to its operands. */
export function operator(context: Context, name: string, operands: readonly Term[]): Term {
  const [a, b] = operands;
  if (b === undefined) {
    if (name === "not") return bool(!truth(a!));
    if (name === "-") return integer(-whole(a));
    return raiseError("badarg");
  }
  const compare = Object.hasOwn(comparison, name) ? comparison[name] : undefined;
  if (compare !== undefined) return bool(compare(a!, b));
  const compute = Object.hasOwn(arithmetic, name) ? arithmetic[name] : undefined;
  if (compute !== undefined) return integer(compute(whole(a), whole(b)));
  switch (name) {
    case "!":
      send(context.node.processes, a!, b);
      return b;
    case "++":
      return append(elementsOf(a) ?? badarg(), b);
    case "--":
      return subtract(elementsOf(a) ?? badarg(), elementsOf(b) ?? badarg());
    case "and":
    case "andalso":
      return bool(truth(a!) && truth(b));
    case "or":
    case "orelse":
      return bool(truth(a!) || truth(b));
    default:
      return raiseError("badarg");
  }
}

const typeTests: Readonly<Record<string, (term: Term) => boolean>> = {
  is_atom: (term) => term instanceof Atom,
  is_binary: (term) => term instanceof Bitstring && term.isBinary,
  is_boolean: (term) => isNamed(term, "true") || isNamed(term, "false"),
  is_float: (term) => term instanceof Float,
  is_function: (term) => term instanceof ExternalFun || term instanceof OpaqueFun,
  is_integer: (term) => typeof term === "number" || typeof term === "bigint",
  is_list: (term) => term instanceof List,
  is_map: (term) => term instanceof ErlMap,
  is_pid: (term) => term instanceof Pid,
  is_reference: (term) => term instanceof Reference,
  is_tuple: (term) => term instanceof Tuple,
};

/** A function that a guard may call: a test of a type, or a function of `erlang` that answers at once. */
export function guardFunction({ node, self }: Context, name: string, values: readonly Term[]): Term {
  const test = values.length === 1 && Object.hasOwn(typeTests, name) ? typeTests[name] : undefined;
  if (test !== undefined) return bool(test(values[0]!));
  return node.call(self, atom("erlang"), atom(name), values) as Term;
}

/** The tests of types as functions of `erlang`. */
export const typeTestFunctions = Object.fromEntries(
  Object.entries(typeTests).map(([name, test]) => [`${name}/1`, (_context: Context, term: Term) => bool(test(term))]),
);
