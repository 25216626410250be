import { atomName, atomNames, listElements, mapValue, taggedTuple, tupleElements } from "../../terms/access.js";
import { atom, ErlMap, type Term } from "../../terms/term.js";
import { isKnown, UNKNOWN, valueOf } from "./evaluate.js";

/** A child of a supervisor as its init/1 has it. What can't be told is undefined. */
export interface InitChild {
  readonly id: Term;
  readonly type: "worker" | "supervisor" | undefined;
  readonly modules: readonly string[] | "dynamic" | undefined;
}

/**
 * The children that a supervisor's init/1 gives, where it writes them out. Undefined where their number or an id can't be
 * told, and for a `simple_one_for_one`, whose one specification is for children that come later.
 */
export function childrenOfInit(forms: Term): InitChild[] | undefined {
  const [, result] = taggedTuple(valueOf(forms, "init/1"), "ok", 2) ?? [];
  const [flags, specifications] = tupleElements(result, 2) ?? [];
  const children = listElements(specifications)?.map(readChild);
  const strategy = strategyOf(flags);
  if (strategy === undefined || strategy === "simple_one_for_one") return undefined;
  return children?.every((child) => child !== undefined) === true ? children : undefined;
}

function strategyOf(flags: Term | undefined): string | undefined {
  if (flags instanceof ErlMap) {
    const strategy = mapValue(flags, atom("strategy"));
    if (strategy === undefined) return "one_for_one";
    return strategy === UNKNOWN ? undefined : atomName(strategy);
  }
  const [strategy] = tupleElements(flags, 3) ?? [];
  return strategy === UNKNOWN ? undefined : atomName(strategy);
}

/** A map, or `{Id, Start, Restart, Shutdown, Type, Modules}`. */
function readChild(specification: Term): InitChild | undefined {
  const parts = tupleElements(specification, 6);
  const isMap = specification instanceof ErlMap && specification.entries.every(([key]) => isKnown(key));
  if (parts === undefined && !isMap) return undefined;
  const part = (key: string, index: number): Term | undefined => parts?.[index] ?? mapValue(specification, atom(key));
  const id = part("id", 0);
  if (id === undefined || !isKnown(id)) return undefined;
  return { id, type: typeOf(part("type", 4)), modules: modulesOf(part("modules", 5), part("start", 1)) };
}

function typeOf(type: Term | undefined): InitChild["type"] {
  if (type === undefined) return "worker";
  const name = type === UNKNOWN ? undefined : atomName(type);
  return name === "worker" || name === "supervisor" ? name : undefined;
}

/** By default the module that starts the child. */
function modulesOf(modules: Term | undefined, start: Term | undefined): InitChild["modules"] {
  if (modules === undefined) {
    const [module] = tupleElements(start, 3) ?? [];
    const name = module === undefined || module === UNKNOWN ? undefined : atomName(module);
    return name === undefined ? undefined : [name];
  }
  if (!isKnown(modules)) return undefined;
  return atomName(modules) === "dynamic" ? "dynamic" : atomNames(modules);
}
