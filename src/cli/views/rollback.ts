import type { LastUpgrade, RolledBack } from "../../engine/last-upgrade.js";
import { count, someOf, wrap, type Paint } from "./paint.js";
import { problemJson, problemText } from "./problem.js";

export type RollbackResult = "planned" | "refused" | "rolled_back" | "failed" | "unknown";

/** What `rollback` did, or would do, as JSON. */
export function rollbackJson(
  node: string,
  { record, entries, newcomers, changedSince }: LastUpgrade,
  result: RollbackResult,
  done: RolledBack | undefined,
): object {
  const { user, host, pid, since, upgrade, id } = record.holder;
  return {
    node,
    upgrade,
    id,
    by: { user, host, pid },
    since,
    result,
    entries:
      done === undefined
        ? entries.map((what) => ({ what, status: "not_done", problem: null }))
        : done.done.map(({ what, problem }) => ({
            what,
            status: problem === undefined ? "done" : "failed",
            problem: problem === undefined ? null : problemJson(problem),
          })),
    beginAnew: newcomers,
    changedSince,
    held: done?.held ?? [],
    notRecorded: done?.notRecorded === undefined ? null : problemJson(done.notRecorded),
  };
}

/** What is about to be taken back, for people. */
export function plannedText({ record, entries, newcomers }: LastUpgrade, paint: Paint): string {
  const { user, host, since, upgrade } = record.holder;
  const lines = [
    `${paint.strong(`Taking back ${upgrade}`)}, begun by ${user}@${host} at ${since}:`,
    ...entries.map((what) => `  ${what}`),
  ];
  if (newcomers.length > 0) {
    lines.push(
      wrap(
        `${count(newcomers.length, "process", "processes")} began since, and would begin anew: ${someOf(newcomers, 5)}.`,
        paint.width,
        2,
      ),
    );
  }
  return lines.join("\n");
}

/** What `rollback` did, or would do, for people. */
export function rollbackText(
  last: LastUpgrade,
  result: RollbackResult,
  done: RolledBack | undefined,
  paint: Paint,
): string {
  const { upgrade } = last.record.holder;
  if (done === undefined) {
    const planned = plannedText(last, paint);
    return result === "planned"
      ? `${planned}\n\nNothing was changed.`
      : `${planned}\n\n${problemText(changedSince(last), paint)}\n\n${paint.bad("Refused: nothing was changed on the node.")}`;
  }
  const problems = done.done.flatMap(({ problem }) => (problem === undefined ? [] : [problemText(problem, paint)]));
  if (done.notRecorded !== undefined) problems.push(problemText(done.notRecorded, paint));
  return [...problems, wrap(conclusion(upgrade, result, done, paint), paint.width, 0)].join("\n\n");
}

function conclusion(upgrade: string, result: RollbackResult, done: RolledBack, paint: Paint): string {
  switch (result) {
    case "rolled_back":
      return `${paint.good(`Took back ${upgrade}`)}: the node runs as before it, and nothing is left suspended.`;
    case "failed": {
      const held = done.held.length === 0 ? "" : ` ${someOf(done.held, 5)} must stay suspended.`;
      return `${paint.bad(`Not all of ${upgrade} could be taken back`)}: the node needs attention (see above).${held} It is locked until relupctl recover has put it right.`;
    }
    case "unknown":
    case "planned":
    case "refused":
      return `${paint.bad("It could not be seen what the node did")}: it goes on by itself. See what came of it with: relupctl recover`;
  }
}

const changedSince = ({ changedSince }: LastUpgrade) =>
  ({
    code: "code-changed-since",
    severity: "error",
    summary: `${someOf(changedSince, 5)} is not the code that the upgrade has loaded`,
    detail: "Somebody has loaded other code since. Its states may be others too.",
    hint: "Take it back all the same with --force: the code and the states of before the upgrade come back.",
  }) as const;
