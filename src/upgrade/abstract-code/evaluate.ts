import { atomName, listElements, taggedTuple } from "../../terms/access.js";
import { Atom, ErlMap, List, Tuple, type Term } from "../../terms/term.js";
import { calledBy, functionsOf, type Clause } from "./forms.js";

/** Stands for what can't be told without running the code. Not an atom that any code has: it is told by identity. */
export const UNKNOWN: Term = new Atom("unknown");

/** True when a term holds nothing that can't be told. */
export function isKnown(term: Term): boolean {
  if (term === UNKNOWN) return false;
  if (term instanceof Tuple) return term.elements.every(isKnown);
  if (term instanceof List) return term.elements.every(isKnown) && (term.tail === undefined || isKnown(term.tail));
  return term instanceof ErlMap ? term.entries.every(([key, value]) => isKnown(key) && isKnown(value)) : true;
}

/** Calls go no deeper than this: a function may call itself. */
const DEEPEST = 20;

/**
 * What a function of a module gives, as far as it can be told without running it: terms that are written out, variables
 * bound to such, and calls of functions of the module that have one clause. Everything else is {@link UNKNOWN}, its
 * arguments too.
 */
export function valueOf(forms: Term, name: string): Term {
  return new Evaluator(functionsOf(forms)).call(name, undefined, 0);
}

type Bindings = Map<string, Term>;

class Evaluator {
  readonly #functions: ReadonlyMap<string, readonly Clause[]>;

  constructor(functions: ReadonlyMap<string, readonly Clause[]>) {
    this.#functions = functions;
  }

  /** @param args undefined where the arguments are unknown */
  call(name: string, args: readonly Term[] | undefined, depth: number): Term {
    const [clause, ...more] = this.#functions.get(name) ?? [];
    if (clause === undefined || more.length > 0 || clause.hasGuard || depth > DEEPEST) return UNKNOWN;
    const bindings: Bindings = new Map();
    clause.patterns.forEach((pattern, index) => {
      bind(pattern, args?.[index] ?? UNKNOWN, bindings);
    });
    return this.#body(clause.body, bindings, depth);
  }

  #body(expressions: readonly Term[], bindings: Bindings, depth: number): Term {
    let value: Term = UNKNOWN;
    for (const expression of expressions) value = this.#expression(expression, bindings, depth);
    return value;
  }

  #expression(form: Term, bindings: Bindings, depth: number): Term {
    const evaluate = (part: Term | undefined): Term =>
      part === undefined ? UNKNOWN : this.#expression(part, bindings, depth);
    const [tag, , first, second, third] = form instanceof Tuple ? form.elements : [];
    switch (atomName(tag)) {
      case "atom":
      case "integer":
      case "float":
      case "char":
      case "string":
        return first ?? UNKNOWN;
      case "nil":
        return new List([]);
      case "cons":
        return consOf(evaluate(first), evaluate(second));
      case "tuple":
        return new Tuple((listElements(first) ?? []).map(evaluate));
      case "map":
        return second === undefined ? mapOf(first, evaluate) : UNKNOWN;
      case "var":
        return bindings.get(atomName(first) ?? "") ?? UNKNOWN;
      case "match": {
        const value = evaluate(second);
        if (first !== undefined) bind(first, value, bindings);
        return value;
      }
      case "block":
        return this.#body(listElements(first) ?? [], bindings, depth);
      case "op":
        return atomName(first) === "++" ? append(evaluate(second), evaluate(third)) : UNKNOWN;
      case "call": {
        const call = calledBy(form);
        return call === undefined ? UNKNOWN : this.call(call.called, call.args.map(evaluate), depth + 1);
      }
      default:
        return UNKNOWN;
    }
  }
}

/** Binds the variables of a pattern, each to a part that is as the pattern says, or to what can't be told. */
function bind(pattern: Term, value: Term, bindings: Bindings): void {
  const name = atomName(taggedTuple(pattern, "var", 3)?.[2]);
  if (name !== undefined) {
    bindings.set(name, value);
    return;
  }
  const elements = listElements(taggedTuple(pattern, "tuple", 3)?.[2]);
  const parts = value instanceof Tuple ? value.elements : [];
  elements?.forEach((element, index) => {
    bind(element, parts[index] ?? UNKNOWN, bindings);
  });
}

const consOf = (head: Term, tail: Term): Term => (tail instanceof List ? new List([head], tail) : UNKNOWN);

const append = (left: Term, right: Term): Term =>
  left instanceof List && left.isProper && right instanceof List ? new List(left.elements, right) : UNKNOWN;

/** `#{Key => Value}` */
function mapOf(fields: Term | undefined, evaluate: (part: Term | undefined) => Term): Term {
  const entries = (listElements(fields) ?? []).map((field): readonly [Term, Term] => {
    const [, , key, value] = field instanceof Tuple ? field.elements : [];
    return [evaluate(key), evaluate(value)];
  });
  return new ErlMap(entries);
}
