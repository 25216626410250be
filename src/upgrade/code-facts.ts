import { BeamError, readAbstractCode, readBeam, type BeamInfo } from "../beam/beam.js";
import { textOf } from "../terms/access.js";
import { callsOfInit, type InitCall } from "./abstract-code/calls-of-init.js";
import { childrenOfInit, type InitChild } from "./abstract-code/children-of-init.js";

/** What object code for a real node says of itself, as far as findings need it. */
export interface CodeFacts {
  /** The version of the compiler that made it. */
  readonly compiler: string | undefined;
  /** True when it calls `erlang:load_nif/2`. */
  readonly loadsNif: boolean;
  /** What init/1 calls that can't be called twice. */
  readonly initCalls: readonly InitCall[];
  /** The children that a supervisor's init/1 gives; undefined where that can't be told. */
  readonly initChildren: readonly InitChild[] | undefined;
}

/** Reads object code. Undefined for what is no BEAM file, or a damaged one. */
export function codeFacts(bytes: Uint8Array): CodeFacts | undefined {
  try {
    const beam = readBeam(bytes);
    const forms = beam.hasDebugInfo ? readAbstractCode(bytes) : undefined;
    return {
      compiler: textOf(beam.compileInfo.get("version")),
      loadsNif: beam.imports.some(({ module, function: fun }) => module === "erlang" && fun === "load_nif"),
      initCalls: forms === undefined ? callsByImports(beam) : callsOfInit(forms),
      initChildren: forms === undefined ? undefined : childrenOfInit(forms),
    };
  } catch (error) {
    if (error instanceof BeamError) return undefined;
    throw error;
  }
}

/** Where only the imports are known, a call may be made anywhere in the module. */
function callsByImports({ imports, behaviours }: BeamInfo): InitCall[] {
  if (!behaviours.some((behaviour) => /^(supervisor|Elixir\.(Dynamic)?Supervisor)$/.test(behaviour))) return [];
  return imports
    .filter(({ module, function: fun }) => module === "ets" && fun === "new")
    .map(() => ({ called: "ets:new/2", name: undefined, isCertain: false }));
}
