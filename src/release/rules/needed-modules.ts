import type { Span } from "../../terms/problem.js";
import type { CheckContext, CheckedApplication } from "./context.js";
import { instructionsOf, type AppupScript } from "./scripts.js";
import { otherVersions } from "./versions.js";

/** A module that an instruction names, and a version of the application that must have it for that. */
export interface NamedModule {
  readonly module: string;
  /** The name of the instruction. */
  readonly by: string;
  readonly neededIn: CheckedApplication;
  readonly span: Span;
}

/**
 * The modules that the high-level instructions of a script need, in the versions that are there: `load_module` and
 * `add_module` need them in the version that is gone to, `delete_module` in the one that is left, `update` in both, for
 * processes that run the one are to run the other.
 */
export function neededModules(context: CheckContext, script: AppupScript): NamedModule[] {
  const others = otherVersions(context, script);
  const [left, goneTo] = script.direction === "up" ? [others, [script.application]] : [[script.application], others];
  const needs = { update: [...left, ...goneTo], load_module: goneTo, add_module: goneTo, delete_module: left };
  return instructionsOf(script, "update", "load_module", "add_module", "delete_module").flatMap(
    ({ index, instruction: { instruction: by, module } }) =>
      needs[by].map((neededIn) => ({ module, by, neededIn, span: script.locate(index, "module") })),
  );
}
