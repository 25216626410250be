import { printTerm } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import type { FindingRule } from "./context.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** MD5 as an integer: what stands for the version of a module that declares none. */
const isMd5Vsn = (vsn: unknown): boolean => typeof vsn === "bigint" && vsn > 0n;

/** One version of a module declares a vsn and the other doesn't, so code_change gets a number where it expects a name. */
export const vsnNotSet: FindingRule = ({ upgrade, coverage }) =>
  coverage.flatMap(({ module, changesState }): Finding[] => {
    const code = upgrade.objectCode.get(module);
    if (!changesState || code?.vsn === undefined || code.previousVsn === undefined) return [];
    const given = upgrade.direction === "up" ? code.previousVsn : code.vsn;
    const other = upgrade.direction === "up" ? code.vsn : code.previousVsn;
    if (!isMd5Vsn(given) || isMd5Vsn(other)) return [];
    return [
      {
        code: "vsn-not-set",
        severity: "warning",
        summary: `code_change of ${module} gets an MD5 as the old version`,
        detail:
          `The ${upgrade.direction === "up" ? "running" : "older"} version of ${module} declares no vsn, so code_change is called with ` +
          `${printTerm(given)}, while the other version declares ${printTerm(other)}.`,
        hint: `Match any old version in code_change of ${module}, or check that -vsn (not -version) is written in every version.`,
        module,
        pids: [],
      },
    ];
  });

/**
 * As above, by what the clauses of code_change say: they take declared versions only, but the module that the version is
 * taken from declares none. `-version` for `-vsn` is a slip that hides well.
 */
export const vsnExpected: UpgradeRule = ({ upgrade, coverage, looked }) =>
  coverage.flatMap(({ module, changesState }): Finding[] => {
    const code = looked.code.get(module);
    // The version of the older module is given; the newer one's code_change gets it, either way.
    const [changer, older] = upgrade.direction === "up" ? [code?.next, code?.previous] : [code?.previous, code?.next];
    const patterns = changer?.oldVsns[upgrade.direction];
    if (!changesState || older === undefined || patterns === undefined || older.declaredVsn !== undefined) return [];
    if (patterns.literals.length === 0) return [];
    const literals = patterns.literals.map((literal) => printTerm(literal)).join(", ");
    return [
      {
        code: "vsn-not-set",
        severity: patterns.takesOthers ? "warning" : "error",
        summary: `code_change of ${module} expects the old version ${literals}, but gets an MD5`,
        detail:
          `The ${upgrade.direction === "up" ? "running" : "older"} version of ${module} declares no vsn, so its MD5 stands for it, a long number. ` +
          (older.saysVersion ? "It says -version, which means nothing to OTP. " : "") +
          (patterns.takesOthers
            ? "The number goes to the clause for any other version."
            : "No clause takes it: code_change would fail with function_clause."),
        hint: older.saysVersion
          ? `Write -vsn(...), not -version(...), in every version of ${module}; for this upgrade let code_change take any old version.`
          : `Let code_change of ${module} take any old version, and write -vsn(...) in every version from now on.`,
        module,
        pids: [],
      },
    ];
  });
