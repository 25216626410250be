import { printTerm } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import type { FindingRule } from "./context.js";

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
