import { type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { evaluateAll } from "../erl-eval/evaluate.js";
import { type Bindings, items, nameOf } from "../erl-eval/patterns.js";
import { raiseError } from "../process/raised.js";
import { isNamed } from "../support/term.js";

/** Bindings as erl_eval takes them: a list of `{Name, Value}`. */
function bindingsOf(term: Term): Bindings {
  return new Map(
    items(term).map((pair) => {
      if (!(pair instanceof Tuple) || pair.arity !== 2) return raiseError("function_clause");
      return [nameOf(pair.elements[0]), pair.elements[1]!] as const;
    }),
  );
}

function bindingsTerm(bindings: Bindings): Term {
  const sorted = [...bindings].sort(([a], [b]) => (a < b ? -1 : 1));
  return list(...sorted.map(([name, value]) => tuple(atom(name), value)));
}

async function exprs(context: Context, forms: readonly Term[], bindings: Term): Promise<Term> {
  const result = await evaluateAll(context, forms, bindingsOf(bindings));
  return tuple(atom("value"), result.value, bindingsTerm(result.bindings));
}

/** Module `erl_eval`: evaluates abstract forms, without records and bit syntax. */
export const erlEval: BifModule = {
  "exprs/2": (context, forms, bindings) => exprs(context, items(forms), bindings),
  // With the return format `value`: the value alone. No handlers of functions are called here, so they are not looked at.
  "expr/5": async (context, form, bindings, _local, _nonLocal, format) => {
    const { value, bindings: after } = await evaluateAll(context, [form], bindingsOf(bindings));
    return isNamed(format, "value") ? value : tuple(atom("value"), value, bindingsTerm(after));
  },
  "expr/2": (context, form, bindings) => exprs(context, [form], bindings),
};
