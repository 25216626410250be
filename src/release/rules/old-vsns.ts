import { readAbstractCode } from "../../beam/beam.js";
import type { BeamInfo } from "../../beam/beam.js";
import { beamOf } from "./behaviours.js";
import { codeChanges, type CodeChange } from "./code-changes.js";
import type { CheckContext, CheckedApplication } from "./context.js";
import { oldVsnPatterns, type OldVsnPatterns } from "./old-vsn-patterns.js";
import { otherVersions } from "./versions.js";

/** A state change, the versions that its code_change takes, and the module whose vsn it will be given. */
export interface OldVsn extends CodeChange {
  readonly patterns: OldVsnPatterns;
  /** Undefined where the other version of the application isn't there. */
  readonly old: { readonly application: CheckedApplication; readonly beam: BeamInfo } | undefined;
  /** What changes the state. */
  readonly beam: BeamInfo;
}

/**
 * The state changes whose code_change can be looked into: its module was compiled with debug_info, by the Erlang
 * compiler. In either direction code_change is told the vsn of the older module.
 */
export function oldVsns(context: CheckContext): OldVsn[] {
  return codeChanges(context).flatMap((change): OldVsn[] => {
    const { script, module, changer } = change;
    const beam = beamOf(changer, module);
    const patterns = beam === undefined ? undefined : patternsOf(changer, module, script.direction);
    if (beam === undefined || patterns === undefined || patterns.literals.length === 0) return [];
    const others = otherVersions(context, script).flatMap((application) => {
      const old = beamOf(application, module);
      return old === undefined ? [] : [{ application, beam: old }];
    });
    if (others.length === 0) return [{ ...change, beam, patterns, old: undefined }];
    return others.map((old) => ({ ...change, beam, patterns, old }));
  });
}

function patternsOf(application: CheckedApplication, module: string, direction: "up" | "down") {
  const code = application.modules.get(module)?.code;
  const forms = code?.kind === "beam" && code.info.hasDebugInfo ? readAbstractCode(code.bytes) : undefined;
  return forms === undefined ? undefined : oldVsnPatterns(forms, direction);
}

/** A file without attributes (a stripped one) says nothing of its vsn. */
export const saysItsVsn = ({ vsn }: BeamInfo): boolean => vsn.length > 0;
