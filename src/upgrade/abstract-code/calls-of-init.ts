import { isAtom, tupleElements } from "../../terms/access.js";
import { Tuple, List, type Term } from "../../terms/term.js";
import { atomOf, calledBy, functionsOf } from "./forms.js";

/** A call in a supervisor's init/1 that fails, or leaves something behind, when init/1 runs again. */
export interface InitCall {
  /** `module:function/arity` */
  readonly called: string;
  /** The name that would be taken already; undefined where there is none. */
  readonly name: string | undefined;
  /** True when init/1 itself, or a function that it calls, makes the call; false when only the module is known to. */
  readonly isCertain: boolean;
}

/** The calls that init/1 of a module makes, itself or through functions of the module. */
export function callsOfInit(forms: Term): InitCall[] {
  const functions = functionsOf(forms);
  const found: InitCall[] = [];
  const seen = new Set<string>();
  const waiting = ["init/1"];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { body } of functions.get(name) ?? []) {
      for (const { called, args } of callsIn(body)) {
        if (called === "ets:new/2") found.push({ called, name: namedTable(args), isCertain: true });
        else if (called === "erlang:register/2" || called === "register/2") {
          found.push({ called: "erlang:register/2", name: atomOf(args[0]) ?? "a name", isCertain: true });
        } else if (functions.has(called)) waiting.push(called);
      }
    }
  }
  return found;
}

/** The calls anywhere in expressions, but those in funs, which run when they are called. */
function callsIn(expressions: readonly Term[]): { readonly called: string; readonly args: readonly Term[] }[] {
  const calls: { readonly called: string; readonly args: readonly Term[] }[] = [];
  const waiting: Term[] = [...expressions];
  for (let form = waiting.pop(); form !== undefined; form = waiting.pop()) {
    if (form instanceof List) waiting.push(...form.elements);
    if (!(form instanceof Tuple)) continue;
    const call = calledBy(form);
    if (call !== undefined) calls.push(call);
    if (!isFun(form)) waiting.push(...form.elements);
  }
  return calls;
}

const isFun = ({ elements: [tag] }: Tuple): boolean => isAtom(tag, "fun") || isAtom(tag, "named_fun");

/** The name of `ets:new(Name, [named_table | _])`, where the options are written out. */
function namedTable([name, options]: readonly Term[]): string | undefined {
  const isNamed = listOf(options).some((option) => atomOf(option) === "named_table");
  return isNamed ? (atomOf(name) ?? "a name") : undefined;
}

/** The elements of a list that is written out: `{cons, Anno, Head, Tail}`. */
function listOf(form: Term | undefined): Term[] {
  const elements: Term[] = [];
  for (let rest = form; rest !== undefined;) {
    const [tag, , head, tail] = tupleElements(rest, 4) ?? [];
    if (tag === undefined || head === undefined) break;
    elements.push(head);
    rest = tail;
  }
  return elements;
}
