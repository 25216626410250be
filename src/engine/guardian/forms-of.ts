import { listElements } from "../../terms/access.js";
import { parseTerm } from "../../terms/parse.js";
import { list, type Term, tuple, atom } from "../../terms/term.js";
import { FORMS } from "./forms.js";

type Name = keyof typeof FORMS;

const parsed = new Map<Name, Term>();

/** The expressions of one file of `erl/`, as `erl_eval:exprs/2` takes them. */
export function formsOf(name: Name): Term {
  let forms = parsed.get(name);
  if (forms === undefined) {
    forms = parseTerm(FORMS[name]);
    parsed.set(name, forms);
  }
  return forms;
}

/** The same as one expression: `begin ... end`. */
export const blockOf = (name: Name): Term => tuple(atom("block"), 1, list(...listElements(formsOf(name))!));
