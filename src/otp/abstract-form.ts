import { parseSurfaceName, type SurfaceName } from "../target/surface.js";
import { atom, list, tuple, type Term } from "../terms/term.js";

/**
 * Expressions in the abstract format (ERTS guide, "The Abstract Format"), for `erl_eval` of stdlib: for what OTP has no
 * function for, or only one call a process. Sent as terms, evaluated on the node; no module of ours goes there.
 * Terms other than names and numbers go into the bindings of the evaluation, and stand here as variables.
 */
const LINE = 1;

const form = (type: string, ...parts: readonly Term[]): Term => tuple(atom(type), LINE, ...parts);

/** An atom that is written out. */
export const name = (text: string): Term => form("atom", atom(text));

/** A natural number that is written out. */
export const number = (value: number): Term => form("integer", value);

export const variable = (text: string): Term => form("var", atom(text));

/** `{Elements}` */
export const tupleOf = (...elements: readonly Term[]): Term => form("tuple", list(...elements));

/** `Module:Function(Arguments)`, of a function of the surface. */
export function call(called: SurfaceName, ...args: readonly Term[]): Term {
  const { module, function: fun } = parseSurfaceName(called);
  return form("call", form("remote", name(module), name(fun)), list(...args));
}

/** `fun Module:Function/Arity`, of a function of the surface. */
export function external(called: SurfaceName): Term {
  const { module, function: fun, arity } = parseSurfaceName(called);
  return form("fun", tuple(atom("function"), name(module), name(fun), number(arity)));
}

/** `Variable = Expression` */
export const bind = (text: string, expression: Term): Term => form("match", variable(text), expression);

/** `Left + Right` */
export const plus = (left: Term, right: Term): Term => form("op", atom("+"), left, right);

/** `Left - Right` */
export const minus = (left: Term, right: Term): Term => form("op", atom("-"), left, right);

/** `Left < Right` */
export const isLess = (left: Term, right: Term): Term => form("op", atom("<"), left, right);

/** `[]` */
export const nothing: Term = form("nil");

/** `[Head | Tail]` */
export const cons = (head: Term, tail: Term): Term => form("cons", head, tail);

/** `Left =:= Right` */
export const isSame = (left: Term, right: Term): Term => form("op", atom("=:="), left, right);

/** `case Expression of Pattern -> Result; ... end` */
export const caseOf = (expression: Term, clauses: readonly (readonly [pattern: Term, result: Term])[]): Term =>
  form(
    "case",
    expression,
    list(...clauses.map(([pattern, result]) => form("clause", list(pattern), list(), list(result)))),
  );

/** `begin Expressions end` */
export const block = (...expressions: readonly Term[]): Term => form("block", list(...expressions));

/** `fun(Parameter) -> Body end`; the parameter `_` takes no notice of the argument. */
export const fun = (parameter: string, ...body: readonly Term[]): Term =>
  form("fun", tuple(atom("clauses"), list(form("clause", list(variable(parameter)), list(), list(...body)))));
