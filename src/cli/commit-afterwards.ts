import type { Applied } from "../engine/apply.js";
import { problemOf } from "../engine/failure.js";
import { commitRelease, readyToCommit } from "../engine/releases/commit.js";
import type { Target } from "../target/target.js";
import type { Problem } from "../terms/problem.js";
import type { Upgrade } from "../upgrade/upgrade.js";
import { CommandError, EXIT } from "./exit.js";
import { changeReleases, releaseErrorsTold } from "./releases.js";
import type { Report } from "./report.js";
import { commitJson, commitText } from "./views/commit.js";
import { problemJson, problemText } from "./views/problem.js";

/** `apply --commit`. */
export interface CommitAfterwardsOptions {
  readonly commit?: boolean;
  readonly timeout: number;
}

/** Where `--commit` could only fail after the upgrade, that is said before it. */
export async function refuseWhatNobodyCanCommit(
  target: Target,
  { kind, to }: Pick<Upgrade, "kind" | "to">,
  { commit, timeout }: CommitAfterwardsOptions,
): Promise<void> {
  if (commit !== true) return;
  if (kind !== "release") throw new CommandError(EXIT.usage, NOTHING_TO_COMMIT);
  await releaseErrorsTold(() => readyToCommit(target, to, { timeoutMs: timeout }));
}

const NOTHING_TO_COMMIT: Problem = {
  code: "nothing-to-commit",
  severity: "error",
  summary: "--commit is for releases, and this is the upgrade of a single application",
  detail: "A restart would boot the release with the application's old version. Nothing was changed.",
  hint: "Leave --commit out, or build a release with the application's new version.",
};

const NOT_SOUND: Problem = {
  code: "not-committed",
  severity: "error",
  summary: "the release was not committed, for what has ended since the last step",
  detail: "It runs; a restart boots the release of before.",
  hint: "Where all is well, make it permanent with relupctl commit.",
};

const INTERRUPTED: Problem = {
  ...NOT_SOUND,
  summary: "the release was not committed, for the command was interrupted after the last step",
};

/** What `--commit` adds: a release that was upgraded, but that can't be committed, needs attention. */
export async function committed(
  target: Target,
  { plan, execution, soaked = [] }: Applied,
  report: Report,
  options: CommitAfterwardsOptions,
  signal: AbortSignal,
): Promise<Report> {
  if (execution?.outcome !== "upgraded") return report;
  if (signal.aborted) return withProblem(report, INTERRUPTED);
  if (soaked.length > 0) return withProblem(report, NOT_SOUND);
  try {
    const result = await changeReleases(target, { what: "a commit", isDry: false }, () =>
      commitRelease(target, plan.upgrade.to, { timeoutMs: options.timeout }),
    );
    return {
      json: { ...report.json, commit: commitJson(result) },
      text: (paint) => `${report.text(paint)}\n\n${commitText(result, paint)}`,
      exitCode: result.result === "refused" ? EXIT.needsAttention : report.exitCode,
    };
  } catch (error) {
    if (error instanceof CommandError) return withProblem(report, error.problem);
    return withProblem(report, problemOf(error, "commit-failed", "the release could not be committed"));
  }
}

const withProblem = (report: Report, problem: Problem): Report => ({
  json: { ...report.json, commit: { result: "failed", problems: [problemJson(problem)] } },
  text: (paint) => `${report.text(paint)}\n\n${problemText(problem, paint)}`,
  exitCode: EXIT.needsAttention,
});
