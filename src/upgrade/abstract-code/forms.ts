import { atomName, listElements, taggedTuple } from "../../terms/access.js";
import type { Term } from "../../terms/term.js";

/** Readers of abstract code (ERTS guide, "The Abstract Format"): the forms of a module. */

/** One clause of a function. */
export interface Clause {
  readonly patterns: readonly Term[];
  readonly hasGuard: boolean;
  readonly body: readonly Term[];
}

/** The functions of a module by `name/arity`: `{function, Anno, Name, Arity, Clauses}`. */
export function functionsOf(forms: Term): Map<string, readonly Clause[]> {
  const functions = new Map<string, readonly Clause[]>();
  for (const form of listElements(forms) ?? []) {
    const [, , name, arity, clauses] = taggedTuple(form, "function", 5) ?? [];
    if (name === undefined) continue;
    functions.set(`${atomName(name)}/${Number(arity)}`, (listElements(clauses) ?? []).flatMap(readClause));
  }
  return functions;
}

function readClause(form: Term): Clause[] {
  const [, , patterns, guards, body] = taggedTuple(form, "clause", 5) ?? [];
  if (body === undefined) return [];
  return [
    {
      patterns: listElements(patterns) ?? [],
      hasGuard: (listElements(guards) ?? []).length > 0,
      body: listElements(body) ?? [],
    },
  ];
}

/** The name of a call: `name/arity` of a local one, `module:name/arity` of a remote one; undefined for another one. */
export function calledBy(expression: Term): { readonly called: string; readonly args: readonly Term[] } | undefined {
  const [, , fun, given] = taggedTuple(expression, "call", 4) ?? [];
  const args = listElements(given);
  if (fun === undefined || args === undefined) return undefined;
  const local = atomOf(fun);
  if (local !== undefined) return { called: `${local}/${args.length}`, args };
  const [, , module, name] = taggedTuple(fun, "remote", 4) ?? [];
  const [moduleName, functionName] = [atomOf(module), atomOf(name)];
  if (moduleName === undefined || functionName === undefined) return undefined;
  return { called: `${moduleName}:${functionName}/${args.length}`, args };
}

/** The name of an atom that is written out. */
export const atomOf = (form: Term | undefined): string | undefined => atomName(taggedTuple(form, "atom", 3)?.[2]);
