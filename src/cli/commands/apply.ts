import type { Command } from "commander";
import type { Logger } from "pino";
import { applyUpgrade, type Applied, type ApplyOptions as EngineOptions } from "../../engine/apply.js";
import { problemOf } from "../../engine/failure.js";
import type { PreparedUpgrade } from "../../engine/prepared.js";
import { commitRelease, readyToCommit } from "../../engine/releases/commit.js";
import { nodeDifferences, stalePlan } from "../../engine/stale-plan.js";
import type { Target } from "../../target/target.js";
import { ProblemError, type Problem } from "../../terms/problem.js";
import type { PlanBasis } from "../../upgrade/basis.js";
import { executorOf } from "../../upgrade/upgrade.js";
import { allowFindingsOption } from "../allow.js";
import { parseDuration } from "../duration.js";
import { refuseUnheeded } from "../executor.js";
import { CommandError, EXIT, type ExitCode } from "../exit.js";
import { interruptible, type InterruptibleUpgrade } from "../interruptible.js";
import { hopsTo, refuseUselessHops, withHopOptions, type HopOptions } from "../hops.js";
import type { Io } from "../io.js";
import { journalOpener, withJournalOptions, type JournalOptions } from "../journal.js";
import { limitsOf, withLimitOptions, type LimitOptions } from "../limits.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { readPlanFile } from "../plan-file.js";
import { followProgress } from "../progress.js";
import { changeReleases, releaseErrorsTold } from "../releases.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { prepare, sourceOf, withSourceArguments, type Source, type SourceOptions } from "../source.js";
import { openTarget, type OpenedTarget } from "../target.js";
import { applyJson, applyText } from "../views/apply.js";
import { isThere, runsAfter } from "../views/hops.js";
import { commitJson, commitText } from "../views/commit.js";
import { problemJson, problemText } from "../views/problem.js";
import { applyHops } from "./apply-hops.js";

interface ApplyOptions extends CommonOptions, TargetOptions, SourceOptions, JournalOptions, LimitOptions, HopOptions {
  readonly plan?: string;
  readonly allow: readonly string[];
  readonly showState?: boolean;
  readonly soak?: number;
  readonly commit?: boolean;
}

/** `apply`: plans the upgrade and executes the plan. */
export function registerApply(program: Command, run: Run): void {
  const command = program
    .command("apply")
    .aliases(["install", "upgrade", "downgrade"])
    .description("upgrade, or downgrade, the running node step by step (also: install, upgrade, downgrade)");
  withHopOptions(withSourceArguments(command))
    .option("--plan <file>", "apply the plan in this file; refused where it would be another one now")
    .addOption(allowFindingsOption())
    .option("--show-state", "show the states of the processes before and after (default: on the embedded node)")
    .option("--no-show-state", "don't read states")
    .option("--soak <duration>", "let the node run this long after the last step, then look again", parseDuration)
    .option("--commit", "make the release permanent afterwards, as the command commit does");
  withCommonOptions(withTargetOptions(withLimitOptions(withJournalOptions(command)))).action(
    async (vsn: string | undefined, options: ApplyOptions) => {
      await run("relupctl/apply@1", options, ({ io, log }) => apply(vsn, options, io, log));
    },
  );
}

async function apply(vsn: string | undefined, options: ApplyOptions, io: Io, log: Logger): Promise<Report> {
  const started = performance.now();
  const { source, agreed } = await agreedSource(vsn, options);
  refuseUselessHops(options);
  refuseUselessCommit(options);
  await using opened = await openTarget(options, io, log);
  const route = await hopsTo(opened.target, vsn, options);
  if (route !== undefined) return await applyRoute(route, opened, options, started, io, log);
  const prepared = await prepareAgreed(opened, source, agreed, options);
  if (executorOf(prepared.upgrade) === "otp") refuseUnheeded(options);
  await refuseWhatNobodyCanCommit(opened.target, prepared, options);
  using interruption = interruptible(options, io, log);
  const executing = executionOf(opened, options, interruption, started, io, log);
  const applied = await applyUpgrade(opened.target, prepared, { ...executing, ...(agreed && { agreed }) });
  log.info({ result: applied.execution?.outcome ?? "refused", digest: applied.plan.digest }, "apply");
  const report: Report = {
    json: applyJson(applied),
    text: (paint) => applyText(applied, paint),
    exitCode: exitCodeOf(applied),
  };
  if (options.commit !== true) return report;
  if (applied.execution?.restart === undefined) return await committed(opened.target, applied, report, options);
  // The connection ended with the run of the node that was upgraded.
  await using again = await executing.reconnect!();
  return await committed(again, applied, report, options);
}

/** The embedded node ends with the command: it is said before anything is done that there is nothing to commit. */
function refuseUselessCommit({ commit, node }: ApplyOptions): void {
  if (commit !== true || node !== undefined) return;
  throw new CommandError(EXIT.usage, {
    code: "usage",
    summary: "--commit is for a real node: the embedded one keeps no account of releases",
    hint: "Name a node with --node NAME@HOST. --boot names the release that the embedded node boots.",
  });
}

/** How each upgrade of the command is executed. */
function executionOf(
  { isEmbedded }: OpenedTarget,
  options: ApplyOptions,
  interruption: InterruptibleUpgrade,
  started: number,
  io: Io,
  log: Logger,
): EngineOptions {
  const openJournal = journalOpener(options, "apply");
  return {
    allowed: options.allow,
    ...limitsOf(options, started, io, log),
    showStates: options.showState ?? isEmbedded,
    soakMs: options.soak ?? (isEmbedded ? EMBEDDED_SOAK_MS : 0),
    onProgress: interruption.following(followProgress(io, log, options.json === true)),
    signal: interruption.signal,
    ...(openJournal !== undefined && { openJournal }),
  };
}

/** Several upgrades, one after another. */
async function applyRoute(
  route: readonly string[],
  opened: OpenedTarget,
  options: ApplyOptions,
  started: number,
  io: Io,
  log: Logger,
): Promise<Report> {
  using interruption = interruptible(options, io, log);
  const prepareHop = async (target: Target, to: string): Promise<PreparedUpgrade> => {
    const prepared = await prepare({ ...opened, target }, { vsn: to }, options);
    if (executorOf(prepared.upgrade) === "otp") refuseUnheeded(options);
    return prepared;
  };
  if (options.commit === true) {
    await releaseErrorsTold(() => readyToCommit(opened.target, { timeoutMs: options.timeout }));
  }
  const executing = executionOf(opened, options, interruption, started, io, log);
  const { hops, report, target } = await applyHops({
    ...{ route, target: opened.target, prepare: prepareHop, options: executing },
  });
  log.info({ runs: runsAfter(hops), route }, "apply");
  try {
    if (options.commit !== true || !isThere(hops)) return report;
    return await committed(target, hops.applied.at(-1)!, report, options);
  } finally {
    if (target !== opened.target) await target[Symbol.asyncDispose]();
  }
}

/** What `--commit` adds: a release that was upgraded, but that can't be committed, needs attention. */
async function committed(
  target: Target,
  { plan, execution }: Applied,
  report: Report,
  options: ApplyOptions,
): Promise<Report> {
  if (execution?.outcome !== "upgraded") return report;
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
    if (error instanceof ProblemError) return withProblem(report, error.problems[0]!);
    return withProblem(report, problemOf(error, "commit-failed", "the release could not be committed"));
  }
}

/** Where `--commit` could only fail after the upgrade, that is said before it. */
async function refuseWhatNobodyCanCommit(
  target: Target,
  { upgrade }: PreparedUpgrade,
  { commit, timeout }: ApplyOptions,
): Promise<void> {
  if (commit !== true) return;
  if (upgrade.kind !== "release") throw new CommandError(EXIT.usage, NOTHING_TO_COMMIT);
  await releaseErrorsTold(() => readyToCommit(target, { timeoutMs: timeout }));
}

const NOTHING_TO_COMMIT: Problem = {
  code: "nothing-to-commit",
  severity: "error",
  summary: "--commit is for releases, and this is the upgrade of a single application",
  detail: "A restart would boot the release with the application's old version. Nothing was changed.",
  hint: "Leave --commit out, or build a release with the application's new version.",
};

const withProblem = (report: Report, problem: Problem): Report => ({
  json: { ...report.json, commit: { result: "failed", problems: [problemJson(problem)] } },
  text: (paint) => `${report.text(paint)}\n\n${problemText(problem, paint)}`,
  exitCode: EXIT.needsAttention,
});

/** What to upgrade to, and what the plan that was agreed on rests on, where there is one. */
async function agreedSource(
  vsn: string | undefined,
  options: ApplyOptions,
): Promise<{ readonly source: Source; readonly agreed?: PlanBasis }> {
  if (options.plan === undefined) return { source: sourceOf(vsn, options) };
  if (vsn === undefined) {
    const { basis, source } = await readPlanFile(options.plan);
    if (options.app === undefined) return { source, agreed: basis };
    // Where the plan was made without the node, its directory is one of another machine.
    if ("app" in source) return { source: { app: options.app }, agreed: basis };
  }
  throw new CommandError(EXIT.usage, {
    code: "usage",
    summary: "--plan says itself what to upgrade to",
    hint: "Leave out the version. --app DIR says where the new version lies, for the plan of an application.",
  });
}

/** Reads the upgrade. What keeps it from being read may be that the plan is not for this node, or for it as it was. */
async function prepareAgreed(
  opened: OpenedTarget,
  source: Source,
  agreed: PlanBasis | undefined,
  options: ApplyOptions,
): Promise<PreparedUpgrade> {
  try {
    const includeMissed = options.includeMissed === true || agreed?.includeMissed === true;
    const keepState = options.keepState ?? agreed?.keepState;
    const executor = options.executor ?? agreed?.executor;
    return await prepare(opened, source, { timeout: options.timeout, includeMissed, keepState, executor });
  } catch (error) {
    if (agreed === undefined || !(error instanceof ProblemError)) throw error;
    const differences = await nodeDifferences(opened.target, agreed, { timeoutMs: options.timeout });
    if (differences.length === 0) throw error;
    const { summary, detail, hint } = stalePlan(differences);
    const why = error.problems.map((problem) => problem.summary).join("; ");
    throw new CommandError(EXIT.refused, { code: "stale-plan", summary, detail: `${detail}\nAnd so: ${why}.`, hint });
  }
}

/** The embedded node ends with the command: without this its processes would do nothing on the new code. */
export const EMBEDDED_SOAK_MS = 150;

/** What the outcome of an upgrade means to a script. */
export function exitCodeOf({ execution }: Applied): ExitCode {
  if (execution === undefined) return EXIT.refused;
  switch (execution.outcome) {
    case "upgraded":
      return EXIT.done;
    case "rolled_back":
      return execution.interrupted ? EXIT.interrupted : EXIT.rolledBack;
    case "failed":
    case "unknown":
      return EXIT.needsAttention;
  }
}
