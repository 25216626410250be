import { Atom, ExternalFun, List, type Term, atom, list, map, nil, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { LocalFun } from "../local-fun.js";
import { type Raised, badarg, caught, raiseError, withStack } from "../process/raised.js";
import { isNamed, timeoutOf } from "../support/term.js";
import { firstClause, guardsHold, runClause } from "./clauses.js";
import { operator } from "./operators.js";
import { type Bindings, isTrue, items, literal, match, nameOf, parts } from "./patterns.js";

/** A value and the variables bound so far. */
export interface Evaluated {
  readonly value: Term;
  readonly bindings: Bindings;
}

/** Evaluates expressions one after another: the value of the last. */
export async function evaluateAll(context: Context, forms: readonly Term[], bindings: Bindings): Promise<Evaluated> {
  if (forms.length === 0) return raiseError("function_clause");
  let last: Evaluated = { value: nil, bindings };
  for (const form of forms) last = await evaluate(context, form, last.bindings);
  return last;
}

/** Evaluates expressions that may stand in any order: their values, in the order written. */
async function evaluateEach(
  context: Context,
  forms: readonly Term[],
  bindings: Bindings,
): Promise<{ values: Term[]; bindings: Bindings }> {
  const values: Term[] = [];
  let current = bindings;
  for (const form of forms) {
    const result = await evaluate(context, form, current);
    values.push(result.value);
    current = result.bindings;
  }
  return { values, bindings: current };
}

/** `erl_eval:expr/2` for the forms that OTP's documentation calls expressions, without records and bit syntax. */
export async function evaluate(context: Context, form: Term, bindings: Bindings): Promise<Evaluated> {
  const fixed = literal(form);
  if (fixed !== undefined) return { value: fixed, bindings };
  const { type, parts: given } = parts(form);
  const [first, second, third, fourth] = given;
  switch (type) {
    case "var": {
      const name = nameOf(first);
      return { value: bindings.get(name) ?? raiseError(tuple(atom("unbound_var"), atom(name))), bindings };
    }
    case "match": {
      const right = await evaluate(context, second!, bindings);
      const matched = match(first!, right.value, right.bindings);
      return { value: right.value, bindings: matched ?? raiseError(tuple(atom("badmatch"), right.value)) };
    }
    case "tuple": {
      const elements = await evaluateEach(context, items(first), bindings);
      return { value: tuple(...elements.values), bindings: elements.bindings };
    }
    case "cons": {
      const { values, bindings: after } = await evaluateEach(context, [first!, second!], bindings);
      return { value: new List([values[0]!], values[1]), bindings: after };
    }
    case "map":
      return await evaluateMap(context, items(first), bindings);
    case "block":
      return await evaluateAll(context, items(first), bindings);
    case "op":
      return await evaluateOperator(context, given, bindings);
    case "call":
      return await evaluateCall(context, first!, items(second), bindings);
    case "fun":
      return { value: makeFun(first!, bindings), bindings };
    case "named_fun":
      return { value: makeClosure(items(second), bindings, nameOf(first)), bindings };
    case "case": {
      const { value, bindings: after } = await evaluate(context, first!, bindings);
      const chosen = firstClause(context, items(second), [value], after);
      return await runClause(context, chosen ?? raiseError(tuple(atom("case_clause"), value)));
    }
    case "if": {
      const chosen = firstClause(context, items(first), [], bindings);
      return await runClause(context, chosen ?? raiseError("if_clause"));
    }
    case "catch":
      return { value: await evaluateCatch(context, first!, bindings), bindings };
    case "try":
      return await evaluateTry(context, { body: first!, of: second!, catches: third!, after: fourth! }, bindings);
    case "receive":
      return await evaluateReceive(context, items(first), bindings, second, third);
    case "lc":
      return { value: list(...(await comprehend(context, first!, items(second), bindings))), bindings };
    default:
      return raiseError(tuple(atom("undef_form"), form));
  }
}

async function evaluateMap(context: Context, fields: readonly Term[], bindings: Bindings): Promise<Evaluated> {
  const forms = fields.flatMap((field) => parts(field).parts);
  const { values, bindings: after } = await evaluateEach(context, forms, bindings);
  const entries = fields.map((_, index) => [values[2 * index]!, values[2 * index + 1]!] as const);
  return { value: map(entries), bindings: after };
}

async function evaluateOperator(context: Context, given: readonly Term[], bindings: Bindings): Promise<Evaluated> {
  const name = nameOf(given[0]);
  const isShort = name === "andalso" || name === "orelse";
  const left = await evaluate(context, given[1]!, bindings);
  if (isShort && !isTrue(left.value) && !isNamed(left.value, "false")) {
    return raiseError(tuple(atom("badarg"), left.value));
  }
  if (isShort && isTrue(left.value) === (name === "orelse")) return left;
  if (given.length === 2) return { value: operator(context, name, [left.value]), bindings: left.bindings };
  const right = await evaluate(context, given[2]!, left.bindings);
  if (isShort) return right;
  return { value: operator(context, name, [left.value, right.value]), bindings: right.bindings };
}

async function evaluateCall(
  context: Context,
  callee: Term,
  args: readonly Term[],
  bindings: Bindings,
): Promise<Evaluated> {
  const { node, self } = context;
  const { type, parts: given } = parts(callee);
  if (type === "remote") {
    const { values, bindings: after } = await evaluateEach(context, [...given, ...args], bindings);
    const [module, fun, ...rest] = values;
    if (!(module instanceof Atom) || !(fun instanceof Atom)) return badarg();
    return { value: await node.callTerm(self, module, fun, rest), bindings: after };
  }
  const { values, bindings: after } = await evaluateEach(context, args, bindings);
  if (type === "atom") {
    return { value: await node.callTerm(self, atom("erlang"), given[0] as Atom, values), bindings: after };
  }
  const fun = await evaluate(context, callee, after);
  return { value: await node.apply(self, fun.value, values), bindings: fun.bindings };
}

function makeFun(body: Term, bindings: Bindings): Term {
  const kind = body instanceof Object && body.kind === "tuple" ? nameOf(body.elements[0]) : "";
  const given = body instanceof Object && body.kind === "tuple" ? body.elements.slice(1) : [];
  if (kind === "clauses") return makeClosure(items(given[0]), bindings);
  if (kind !== "function" || given.length !== 3) return raiseError("function_clause");
  const [module, fun, arity] = given.map((part) =>
    part instanceof Atom || typeof part === "number" ? part : literal(part),
  );
  return new ExternalFun(module as Atom, fun as Atom, arity as number);
}

function makeClosure(clauses: readonly Term[], bindings: Bindings, name?: string): LocalFun {
  const arity = items(parts(clauses[0]!).parts[0]).length;
  const fun: LocalFun = new LocalFun("erl_eval", arity, async (context, args) => {
    const known = name === undefined ? bindings : new Map([...bindings, [name, fun]]);
    // Parameters hide variables of the same name outside.
    const chosen = firstClause(context, clauses, args, known, "fresh");
    return (await runClause(context, chosen ?? raiseError("function_clause"))).value;
  });
  return fun;
}

const EXPR = { module: atom("erl_eval"), function: atom("expr"), arity: 6 };

const raisedIn = (context: Context, thrown: unknown): Raised => withStack(context.node.raisedOf(thrown), EXPR);

async function evaluateCatch(context: Context, form: Term, bindings: Bindings): Promise<Term> {
  try {
    return (await evaluate(context, form, bindings)).value;
  } catch (thrown) {
    return caught(raisedIn(context, thrown));
  }
}

async function evaluateTry(
  context: Context,
  form: { body: Term; of: Term; catches: Term; after: Term },
  bindings: Bindings,
): Promise<Evaluated> {
  try {
    let value: Term;
    try {
      value = (await evaluateAll(context, items(form.body), bindings)).value;
    } catch (thrown) {
      const raised = raisedIn(context, thrown);
      const exception = tuple(atom(raised.class), raised.reason, raised.trace ?? nil);
      const chosen = firstClause(context, items(form.catches), [exception], bindings);
      if (chosen === undefined) throw raised;
      return { value: (await runClause(context, chosen)).value, bindings };
    }
    if (items(form.of).length === 0) return { value, bindings };
    const chosen = firstClause(context, items(form.of), [value], bindings);
    return {
      value: (await runClause(context, chosen ?? raiseError(tuple(atom("try_clause"), value)))).value,
      bindings,
    };
  } finally {
    if (items(form.after).length > 0) await evaluateAll(context, items(form.after), bindings);
  }
}

async function evaluateReceive(
  context: Context,
  clauses: readonly Term[],
  bindings: Bindings,
  timeoutForm?: Term,
  afterBody?: Term,
): Promise<Evaluated> {
  const timeout = timeoutForm === undefined ? atom("infinity") : (await evaluate(context, timeoutForm, bindings)).value;
  const timeoutMs = timeoutOf(timeout) ?? raiseError("timeout_value");
  const chosen = await context.self.receive((message) => {
    for (const clause of clauses) {
      const [patterns, guards, body] = parts(clause).parts;
      const matched = match(items(patterns)[0]!, message, bindings);
      if (matched !== undefined && guardsHold(context, items(guards), matched))
        return { body: body!, bindings: matched };
    }
    return undefined;
  }, timeoutMs);
  if (chosen !== undefined) return await runClause(context, chosen);
  return await evaluateAll(context, items(afterBody), bindings);
}

async function comprehend(
  context: Context,
  template: Term,
  qualifiers: readonly Term[],
  bindings: Bindings,
): Promise<Term[]> {
  const [first, ...rest] = qualifiers;
  if (first === undefined) return [(await evaluate(context, template, bindings)).value];
  const { type, parts: given } = parts(first);
  if (type !== "generate") {
    const { value } = await evaluate(context, first, bindings);
    if (isTrue(value)) return await comprehend(context, template, rest, bindings);
    return isNamed(value, "false") ? [] : raiseError(tuple(atom("bad_filter"), value));
  }
  const results: Term[] = [];
  const source = (await evaluate(context, given[1]!, bindings)).value;
  if (!(source instanceof List)) return raiseError(tuple(atom("bad_generator"), source));
  for (const element of source.elements) {
    const matched = match(given[0]!, element, bindings);
    if (matched !== undefined) results.push(...(await comprehend(context, template, rest, matched)));
  }
  if (source.tail !== undefined) return raiseError(tuple(atom("bad_generator"), source.tail));
  return results;
}
