import type { Applied } from "../../engine/apply.js";
import { printTerm } from "../../terms/print.js";
import { applyJson, applyText } from "./apply.js";
import { nameText, wrap, type Paint } from "./paint.js";

/** What `swap` did, as JSON: what `apply` says, and of each module which old version code_change got. */
export function swapJson(applied: Applied, isVsnGiven: boolean): object {
  const { upgrade, coverage } = applied.plan;
  return {
    ...applyJson(applied),
    modules: [...upgrade.objectCode.values()].map(({ module, file, md5, previousMd5, previousVsn }) => {
      const isChanged = coverage.find((each) => each.module === module)?.changesState === true;
      return {
        module,
        file,
        md5: md5 ?? null,
        previousMd5: previousMd5 ?? null,
        oldVsn: isChanged && previousVsn !== undefined ? printTerm(previousVsn) : null,
        oldVsnGiven: isChanged && isVsnGiven,
      };
    }),
  };
}

/** What `swap` did, for people. */
export function swapText(applied: Applied, isVsnGiven: boolean, paint: Paint): string {
  const lines = oldVsnLines(applied, isVsnGiven).map((line) => wrap(line, paint.width, 2, 0));
  return [...(lines.length === 0 ? [] : [lines.join("\n")]), applyText(applied, paint)].join("\n\n");
}

/** Which version code_change is told to come from, and who says so. */
function oldVsnLines({ plan }: Applied, isVsnGiven: boolean): string[] {
  return plan.coverage.flatMap(({ module, changesState }) => {
    const vsn = plan.upgrade.objectCode.get(module)?.previousVsn;
    if (!changesState || vsn === undefined) return [];
    const isMd5 = typeof vsn === "bigint" && vsn > 0n;
    const source = isVsnGiven
      ? "as --from-vsn says"
      : isMd5
        ? "the MD5 of the loaded code, which declares no -vsn: name another with --from-vsn"
        : "which the loaded code declares";
    return [`code_change of ${nameText(module)} gets the old version ${printTerm(vsn)}, ${source}.`];
  });
}
