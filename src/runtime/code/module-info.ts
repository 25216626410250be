import { type Atom, type Term, atom, list, tuple } from "../../terms/term.js";
import type { BifModule, Value } from "../context.js";
import { raiseError } from "../process/raised.js";
import type { ModuleFunction, ModuleVersion } from "./module-version.js";

/** `module_info/0,1` of a loaded module; undefined for any other function. */
export function moduleInfo(version: ModuleVersion, fun: string, args: readonly Value[]): ModuleFunction | undefined {
  if (fun !== "module_info" || args.length > 1) return undefined;
  if (args.length === 0) return () => version.info();
  return (item) => version.item((item as Atom).name) ?? raiseError("badarg");
}

/** `module_info/0,1` of a built-in module. */
export function builtInInfo(module: Atom, functions: BifModule, item: Atom | undefined): Term {
  const exports = list(
    ...Object.keys(functions).map((key) => {
      const slash = key.lastIndexOf("/");
      return tuple(atom(key.slice(0, slash)), Number(key.slice(slash + 1)));
    }),
  );
  const items: Record<string, Term> = { module, exports, attributes: list(), compile: list() };
  if (item === undefined) return list(...Object.entries(items).map(([key, value]) => tuple(atom(key), value)));
  return items[item.name] ?? raiseError("badarg");
}
