import { mapValue } from "../../terms/access.js";
import { Atom, Bitstring, ErlMap, List, Pid, type Term, atom, binary, list } from "../../terms/term.js";
import { md5Of } from "../code/evaluate.js";
import type { BifModule } from "../context.js";
import { badarg } from "../process/raised.js";
import { FALSE, TRUE, UNDEFINED, bool, error } from "../support/term.js";

const name = (module: Term): string => (module instanceof Atom ? module.name : badarg());

/** The functions of module `erlang` about code and calls. */
export const erlangCode: BifModule = {
  "apply/3": ({ node, self }, module, fun, args) => {
    if (!(module instanceof Atom) || !(fun instanceof Atom) || !(args instanceof List)) return badarg();
    return node.call(self, module, fun, args.elements);
  },
  "apply/2": ({ node, self }, fun, args) => (args instanceof List ? node.apply(self, fun, args.elements) : badarg()),
  "check_old_code/1": ({ node }, module) => bool(node.code.hasOld(name(module))),
  "check_process_code/2": ({ node }, pid, module) => {
    const process = pid instanceof Pid ? node.processes.find(pid) : badarg();
    return bool(process !== undefined && node.code.runsOld(process, name(module)));
  },
  "check_process_code/3": ({ node }, pid, module) => {
    const process = pid instanceof Pid ? node.processes.find(pid) : badarg();
    return bool(process !== undefined && node.code.runsOld(process, name(module)));
  },
  "module_loaded/1": ({ node }, module) =>
    bool(node.builtIn.has(name(module)) || node.code.current(name(module)) !== undefined),
  "loaded/0": ({ node }) => list(...node.code.loaded.map((version) => version.name)),
  "function_exported/3": ({ node }, module, fun, arity) => {
    const count = typeof arity === "number" ? arity : badarg();
    if (node.builtIn.has(name(module))) return bool(node.has(module as Atom, name(fun), count));
    return bool(node.code.current(name(module))?.exportsFunction(name(fun), count) ?? false);
  },
  "get_module_info/1": ({ node, self }, module) => {
    if (node.code.current(name(module)) === undefined && !node.builtIn.has(name(module))) return badarg();
    return node.call(self, module as Atom, atom("module_info"), []);
  },
  "get_module_info/2": ({ node, self }, module, item) => {
    if (node.code.current(name(module)) === undefined && !node.builtIn.has(name(module))) return badarg();
    return node.call(self, module as Atom, atom("module_info"), [item]);
  },
  "delete_module/1": ({ node }, module) => {
    const deleted = node.code.delete(name(module));
    return deleted === undefined ? UNDEFINED : deleted ? TRUE : badarg();
  },
  "md5/1": (_context, data) => (data instanceof Bitstring ? binary(md5Of(data.bytes)) : badarg()),
  // All of loading but the last step: what can't be loaded is told, and nothing is.
  "prepare_loading/2": (context, module, code) => {
    const bytes = code instanceof Bitstring ? code.bytes : badarg();
    const version = context.node.code.tryEvaluate(name(module), `${name(module)}.js`, bytes);
    if (version === undefined) return error(atom("badfile"));
    version.drop();
    return context.node.processes.makeRef();
  },
  "is_builtin/3": ({ node }, module) => bool(node.builtIn.has(name(module))),
  "map_get/2": (_context, key, map) => (map instanceof ErlMap ? (mapValue(map, key) ?? badarg()) : badarg()),
  "is_map_key/2": (_context, key, map) => (map instanceof ErlMap ? bool(mapValue(map, key) !== undefined) : FALSE),
};
