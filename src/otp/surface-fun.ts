import { parseSurfaceName, type SurfaceName } from "../target/surface.js";
import { atom, ExternalFun } from "../terms/term.js";

/** `fun Module:Function/Arity` of a function of the surface, as an argument of a list function. */
export function surfaceFun(name: SurfaceName): ExternalFun {
  const { module, function: fun, arity } = parseSurfaceName(name);
  return new ExternalFun(atom(module), atom(fun), arity);
}
