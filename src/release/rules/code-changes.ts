import type { Span } from "../../terms/problem.js";
import type { CheckContext, CheckedApplication } from "./context.js";
import { allAppupScripts, instructionsOf, type AppupScript } from "./scripts.js";
import { otherVersions } from "./versions.js";

/** A module whose state a script changes: `{update, M, {advanced, _}}`. */
export interface CodeChange {
  readonly script: AppupScript;
  readonly module: string;
  /** The version of the application whose `code_change` is called. */
  readonly changer: CheckedApplication;
  readonly span: Span;
}

/**
 * The state changes of all appups, as far as the code that makes them is there. On the way up the new code changes the
 * state. On the way down the code that is left does, before it is replaced; for a static module the code that is gone
 * to, after that (systools_rc:translate_dep_to_low/3).
 */
export function codeChanges(context: CheckContext): CodeChange[] {
  return allAppupScripts(context).flatMap((script) =>
    instructionsOf(script, "update").flatMap(({ index, instruction: { module, change, modType } }): CodeChange[] => {
      if (change === undefined || change === "soft") return [];
      const byOthers = script.direction === "down" && modType === "static";
      const changers = byOthers ? otherVersions(context, script) : [script.application];
      return changers.map((changer) => ({ script, module, changer, span: script.locate(index, "change") }));
    }),
  );
}
