import { declaredVsn } from "../../beam/vsn.js";
import { printTerm } from "../../terms/print.js";
import { oldVsns, saysItsVsn, type OldVsn } from "./old-vsns.js";
import { defineRule, type Found } from "./rule.js";

/**
 * The old version that code_change is given is the `-vsn` of the old module, or its MD5 as a number where it has none.
 * A heuristic: the old module is looked at where it is there, else the new one stands in for it.
 */
export const vsnNotSet = defineRule({
  code: "vsn-not-set",
  severity: "warning",
  meaning: "`code_change` matches on a declared version, but the old module declares none, so it will be given an MD5.",
  check: (context) => {
    const told = new Set<string>();
    return oldVsns(context).flatMap((change): Found[] => {
      const looked = change.old?.beam ?? change.beam;
      if (!saysItsVsn(looked) || declaredVsn(looked) !== undefined) return [];
      // Of a stand-in everything is said at its first entry.
      const key = JSON.stringify([change.changer.ebin, change.module, change.script.direction]);
      if (change.old === undefined && told.has(key)) return [];
      told.add(key);
      return [found(change)];
    });
  },
});

function found({ module, old, patterns, beam, span, changer }: OldVsn): Found {
  const literals = patterns.literals.map((literal) => printTerm(literal)).join(", ");
  const misspelt = (old?.beam ?? beam).attributes.get("version") !== undefined;
  const where = old?.application ?? changer;
  const vsn = where.app === undefined ? "" : ` of ${where.name} ${where.app.record.vsn}`;
  return {
    summary: `code_change of ${module} expects the old version ${literals}, but ${module}${vsn} declares no vsn`,
    detail:
      `OTP then gives it the old module's MD5, a long number. ` +
      (misspelt ? "The module says -version, which means nothing to OTP. " : "") +
      (old === undefined ? "(The old version isn't there; this one stands in for it.)" : ""),
    hint: misspelt
      ? "Write -vsn, not -version, in every version of the module."
      : `Write -vsn(...) in every version of ${module}, or let code_change take any old version.`,
    span,
  };
}
