import type { Term } from "../../terms/term.js";
import type { Context } from "../context.js";
import { Raised, raiseError } from "../process/raised.js";
import { type Evaluated, evaluateAll } from "./evaluate.js";
import { guardFunction, operator } from "./operators.js";
import { type Bindings, isTrue, items, literal, match, nameOf, parts } from "./patterns.js";

/** A clause that matched, ready to run. */
export interface Chosen {
  readonly body: Term;
  readonly bindings: Bindings;
}

/**
 * The first clause whose patterns match the values and whose guards hold.
 * @param scope `fresh` where the patterns' variables are new ones, as the parameters of a fun are
 */
export function firstClause(
  context: Context,
  clauses: readonly Term[],
  values: readonly Term[],
  bindings: Bindings,
  scope: "same" | "fresh" = "same",
): Chosen | undefined {
  for (const clause of clauses) {
    const [patterns, guards, body] = parts(clause).parts;
    const known = scope === "fresh" ? without(bindings, items(patterns)) : bindings;
    let matched: Bindings | undefined = known;
    for (const [index, pattern] of items(patterns).entries())
      matched = matched && match(pattern, values[index]!, matched);
    if (matched !== undefined && guardsHold(context, items(guards), matched)) return { body: body!, bindings: matched };
  }
  return undefined;
}

function without(bindings: Bindings, patterns: readonly Term[]): Bindings {
  const hidden = new Set(patterns.flatMap(variablesOf));
  return new Map([...bindings].filter(([name]) => !hidden.has(name)));
}

/** The variables in a pattern. */
function variablesOf(pattern: Term): string[] {
  if (literal(pattern) !== undefined) return [];
  const { type, parts: given } = parts(pattern);
  if (type === "var") return [nameOf(given[0])];
  if (type === "tuple") return items(given[0]).flatMap(variablesOf);
  if (type === "map") return items(given[0]).flatMap((field) => variablesOf(parts(field).parts[1]!));
  return given.flatMap(variablesOf);
}

export async function runClause(context: Context, chosen: Chosen): Promise<Evaluated> {
  return await evaluateAll(context, items(chosen.body), chosen.bindings);
}

/** Guards: alternatives of conjunctions. None holds always; a test that raises fails. */
export function guardsHold(context: Context, guards: readonly Term[], bindings: Bindings): boolean {
  if (guards.length === 0) return true;
  return guards.some((tests) => items(tests).every((test) => holds(context, test, bindings)));
}

function holds(context: Context, test: Term, bindings: Bindings): boolean {
  try {
    return isTrue(guardValue(context, test, bindings));
  } catch (thrown) {
    if (thrown instanceof Raised) return false;
    throw thrown;
  }
}

function guardValue(context: Context, form: Term, bindings: Bindings): Term {
  const fixed = literal(form);
  if (fixed !== undefined) return fixed;
  const { type, parts: given } = parts(form);
  if (type === "var") return bindings.get(nameOf(given[0])) ?? raiseError("unbound_var");
  if (type === "op") {
    const values = given.slice(1).map((part) => guardValue(context, part, bindings));
    return operator(context, nameOf(given[0]), values);
  }
  const values = items(given[1]).map((part) => guardValue(context, part, bindings));
  const callee = parts(given[0]!);
  const name = callee.type === "remote" ? nameOf(literal(callee.parts[1]!)) : nameOf(callee.parts[0]);
  return guardFunction(context, name, values);
}
