import { declaredVsn } from "../../beam/vsn.js";
import { equals } from "../../terms/equal.js";
import { printTerm } from "../../terms/print.js";
import { oldVsns } from "./old-vsns.js";
import { defineRule } from "./rule.js";

export const vsnNotMatched = defineRule({
  code: "vsn-not-matched",
  severity: "error",
  meaning: "No clause of `code_change` takes the `-vsn` that the old module declares.",
  check: (context) =>
    oldVsns(context).flatMap(({ module, old, patterns, script, span }) => {
      const vsn = old === undefined ? undefined : declaredVsn(old.beam);
      if (old === undefined || vsn === undefined || patterns.takesOthers) return [];
      if (patterns.literals.some((literal) => equals(literal, vsn))) return [];
      const given = script.direction === "up" ? printTerm(vsn) : `{down,${printTerm(vsn)}}`;
      return [
        {
          summary: `code_change of ${module} has no clause for ${given}`,
          detail:
            `${old.application.modules.get(module)!.file} declares -vsn(${printTerm(vsn)}); ` +
            `the clauses are for ${patterns.literals.map((literal) => printTerm(literal)).join(", ")}.`,
          hint: `Add a clause for ${given}, or one for any old version.`,
          span,
        },
      ];
    }),
});
