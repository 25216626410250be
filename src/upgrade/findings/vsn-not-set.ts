import { equals } from "../../terms/equal.js";
import { printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";
import type { ModuleCoverage } from "../coverage.js";
import type { Finding } from "../finding.js";
import type { ExpectedVsns } from "../old-vsns.js";
import type { ObjectCode, Upgrade } from "../upgrade.js";
import type { FindingRule } from "./context.js";

/** MD5 as an integer: what stands for the version of a module that declares none. */
const isMd5Vsn = (vsn: unknown): boolean => typeof vsn === "bigint" && vsn > 0n;

/**
 * The older version of a module declares no vsn, so code_change gets its MD5: where its clauses are for versions that are
 * declared, or where the other version declares one. `-version` for `-vsn` is a slip that hides well.
 */
export const vsnNotSet: FindingRule = (context) =>
  codeChanges(context).flatMap((change) => {
    if (!isMd5Vsn(change.given) || takesGiven(change)) return [];
    return literalsOf(change).length > 0 ? [expectsAnother(change)] : declaredByOther(change);
  });

/** No clause of code_change takes the version that the older module declares; or there is none for this direction. */
export const vsnNotMatched: FindingRule = (context) =>
  codeChanges(context).flatMap((change): Finding[] => {
    const { module, given, coverage, upgrade, code } = change;
    const isTold = isMd5Vsn(given) && literalsOf(change).length > 0;
    if (code.expectedVsns?.patterns.takesOthers !== false || takesGiven(change) || isTold) return [];
    const literals = literalsOf(change).map((literal) => asGiven(printTerm(literal), upgrade));
    const wanted = asGiven(isMd5Vsn(given) ? "_" : printTerm(given), upgrade);
    const isUp = upgrade.direction === "up";
    return [
      {
        code: "vsn-not-matched",
        severity: severityOf(coverage),
        summary: `code_change of ${module} has no clause for ${literals.length > 0 ? wanted : isUp ? "an upgrade" : "a downgrade"}`,
        detail:
          (literals.length > 0
            ? `It would be given that as the old version, and its clauses are for ${literals.join(", ")}`
            : `All its clauses are for the way ${isUp ? "down" : "up"}`) + `: it would fail with function_clause.`,
        hint: `Write a clause code_change(${wanted}, ...)${literals.length > 0 ? ", or one that takes any old version" : ""}.`,
        module,
        pids: [],
      },
    ];
  });

/** A module whose code_change is called, and the old version that it is given: that of the older of the two. */
interface CodeChange {
  readonly upgrade: Upgrade;
  readonly coverage: ModuleCoverage;
  readonly module: string;
  readonly code: ObjectCode;
  readonly given: Term;
  /** The version of the newer one, whose code_change it is. */
  readonly own: Term;
}

function codeChanges({ upgrade, coverage }: Parameters<FindingRule>[0]): CodeChange[] {
  return coverage.flatMap((each): CodeChange[] => {
    const code = upgrade.objectCode.get(each.module);
    if (!each.changesState || code?.vsn === undefined || code.previousVsn === undefined) return [];
    const { vsn, previousVsn } = code;
    const [given, own] = upgrade.direction === "up" ? [previousVsn, vsn] : [vsn, previousVsn];
    return [{ upgrade, coverage: each, module: each.module, code, given, own }];
  });
}

const literalsOf = ({ code }: CodeChange): ExpectedVsns["patterns"]["literals"] =>
  code.expectedVsns?.patterns.literals ?? [];

const takesGiven = (change: CodeChange): boolean => literalsOf(change).some((literal) => equals(literal, change.given));

/** As code_change gets it. */
const asGiven = (vsn: string, { direction }: Upgrade): string => (direction === "up" ? vsn : `{down, ${vsn}}`);

/** Where no process would be asked now, nothing fails for sure. */
const severityOf = ({ migrated }: ModuleCoverage): Finding["severity"] => (migrated.length > 0 ? "error" : "warning");

const olderOf = ({ direction }: Upgrade): string => (direction === "up" ? "running" : "older");

function expectsAnother(change: CodeChange): Finding {
  const { module, coverage, upgrade, code } = change;
  const { patterns, saysVersion } = code.expectedVsns!;
  const literals = patterns.literals.map((literal) => printTerm(literal)).join(", ");
  const forNow =
    upgrade.kind === "modules"
      ? `for this one, give the old version with --from-vsn`
      : `for this upgrade let code_change take any old version`;
  return {
    code: "vsn-not-set",
    severity: patterns.takesOthers ? "warning" : severityOf(coverage),
    summary: `code_change of ${module} expects the old version ${literals}, but gets an MD5`,
    detail:
      `The ${olderOf(upgrade)} version of ${module} declares no vsn, so its MD5 stands for it, a long number. ` +
      (saysVersion ? "It says -version, which means nothing to OTP. " : "") +
      (patterns.takesOthers
        ? "The number goes to the clause for any other version."
        : "No clause takes it: code_change would fail with function_clause."),
    hint: `Write -vsn(...)${saysVersion ? ", not -version(...)," : ""} in every version of ${module} from now on; ${forNow}.`,
    module,
    pids: [],
  };
}

function declaredByOther({ module, upgrade, given, own }: CodeChange): Finding[] {
  if (isMd5Vsn(own)) return [];
  return [
    {
      code: "vsn-not-set",
      severity: "warning",
      summary: `code_change of ${module} gets an MD5 as the old version`,
      detail:
        `The ${olderOf(upgrade)} version of ${module} declares no vsn, so code_change is called with ` +
        `${printTerm(given)}, while the other version declares ${printTerm(own)}.`,
      hint: `Match any old version in code_change of ${module}, or check that -vsn (not -version) is written in every version.`,
      module,
      pids: [],
    },
  ];
}
