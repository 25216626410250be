import type { ModuleCoverage, ReasonGroup } from "../../upgrade/coverage.js";
import { coverageReasonText } from "../../upgrade/coverage-reason.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import { nameText, someOf, wrap, type Paint } from "./paint.js";

const pids = (processes: readonly ObservedProcess[]): string[] => processes.map(({ text }) => text);

/**
 * What becomes of the processes of each changed module as JSON, as the command line's contract has it: lists of pids. In
 * `reasons` each pid stands once more, with the reason for which it is in its list.
 */
export function coverageJson(coverage: readonly ModuleCoverage[]): object {
  return Object.fromEntries(
    coverage.map(({ module, migrated, reloaded, missed, reasons, elsewhere }) => [
      module,
      {
        migrated: pids(migrated),
        reloaded: pids(reloaded),
        missed: pids(missed.map(({ process }) => process)),
        reasons: inOrder(reasons).map(({ outcome, reason, processes }) => ({
          outcome,
          reason,
          text: coverageReasonText(reason),
          pids: pids(processes),
        })),
        elsewhere: elsewhere.map(({ node, text }) => ({ node, pid: text })),
      },
    ]),
  );
}

const OUTCOMES = ["migrated", "reloaded", "missed"] as const;

/** Those that are migrated first, those that are missed last. */
function inOrder(reasons: readonly ReasonGroup[]): ReasonGroup[] {
  return reasons.toSorted((a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome));
}

/** Per changed module, what becomes of the processes that run it and why, for people: a line for each reason. */
export function coverageText(coverage: readonly ModuleCoverage[], paint: Paint): string {
  if (coverage.length === 0) return "No module's code changes.";
  const width = Math.min(40, Math.max(...coverage.map(({ module }) => nameText(module).length)));
  return coverage
    .map((each) => {
      const [first = "", ...more] = linesOf(each, paint);
      const head = wrap(`${nameText(each.module).padEnd(width)}  ${first}`, paint.width, width + 2, 0);
      return [head, ...more.map((line) => wrap(line, paint.width, width + 2))].join("\n");
    })
    .join("\n");
}

function linesOf({ reasons, elsewhere }: ModuleCoverage, paint: Paint): string[] {
  const lines = inOrder(reasons).map(({ outcome, reason, processes }) => {
    const who = paint.faint(`(${someOf(processes.map(processName), 3)}):`);
    return `${outcomeText(outcome, processes.length, paint)} ${who} ${coverageReasonText(reason)}`;
  });
  if (elsewhere.length > 0) {
    const who = someOf(
      elsewhere.map(({ text, node }) => `${text} on ${node}`),
      3,
    );
    lines.push(
      `${elsewhere.length} not touched ${paint.faint(`(${who}):`)} on another node, which has code of its own`,
    );
  }
  return lines.length === 0 ? ["no process runs it"] : lines;
}

function outcomeText(outcome: ReasonGroup["outcome"], count: number, paint: Paint): string {
  switch (outcome) {
    case "migrated":
      return paint.good(`${count} migrated`);
    case "reloaded":
      return `${count} only ${count === 1 ? "gets" : "get"} new code`;
    case "missed":
      return paint.bad(`${count} MISSED`);
  }
}

/** How a process is called for short: by its registered name where it has one, else by its pid. */
export const processName = ({ registeredName, text }: ObservedProcess): string =>
  registeredName === undefined ? text : nameText(registeredName);
