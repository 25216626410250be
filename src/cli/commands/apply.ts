import type { Command } from "commander";
import type { Logger } from "pino";
import { applyUpgrade } from "../../engine/apply.js";
import type { PreparedUpgrade } from "../../engine/prepared.js";
import { nodeDifferences, stalePlan } from "../../engine/stale-plan.js";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import type { PlanBasis } from "../../upgrade/basis.js";
import { executorOf } from "../../upgrade/upgrade.js";
import { allowFindingsOption } from "../allow.js";
import { committed, refuseWhatNobodyCanCommit } from "../commit-afterwards.js";
import { parseDuration } from "../duration.js";
import { executionOf, exitCodeOf, type ExecutionOptions } from "../execution.js";
import { refuseUnheeded } from "../executor.js";
import { CommandError, EXIT } from "../exit.js";
import { interruptible } from "../interruptible.js";
import { hopsTo, refuseUselessHops, withHopOptions, type HopOptions } from "../hops.js";
import type { Io } from "../io.js";
import { withJournalOptions } from "../journal.js";
import { openToUpgrade, withLimitOptions } from "../limits.js";
import { withCommonOptions, withTargetOptions } from "../options.js";
import { readPlanFile } from "../plan-file.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { prepare, sourceOf, withSourceArguments, type Source, type SourceOptions } from "../source.js";
import type { OpenedTarget } from "../target.js";
import { applyJson, applyText } from "../views/apply.js";
import { isThere, runsAfter } from "../views/hops.js";
import { applyHops } from "./apply-hops.js";

interface ApplyOptions extends ExecutionOptions, SourceOptions, HopOptions {
  readonly plan?: string;
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
  await using opened = await openToUpgrade(options, io, log);
  const route = await hopsTo(opened.target, vsn, options);
  if (route !== undefined) return await applyRoute(route, opened, options, started, io, log);
  const prepared = await prepareAgreed(opened, source, agreed, options);
  if (executorOf(prepared.upgrade) === "otp") refuseUnheeded(options);
  await refuseWhatNobodyCanCommit(opened.target, prepared.upgrade, options);
  using interruption = interruptible(options, io, log);
  const executing = executionOf(opened, options, interruption, { command: "apply", started, io, log });
  const applied = await applyUpgrade(opened.target, prepared, { ...executing, ...(agreed && { agreed }) });
  log.info({ result: applied.execution?.outcome ?? "refused", digest: applied.plan.digest }, "apply");
  const report: Report = {
    json: applyJson(applied),
    text: (paint) => applyText(applied, paint),
    exitCode: exitCodeOf(applied),
  };
  if (options.commit !== true) return report;
  if (applied.execution?.restart === undefined)
    return await committed(opened.target, applied, report, options, interruption.signal);
  // The connection ended with the run of the node that was upgraded.
  await using again = await executing.reconnect!();
  return await committed(again, applied, report, options, interruption.signal);
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
  await refuseWhatNobodyCanCommit(opened.target, { kind: "release", to: route.at(-1)! }, options);
  const executing = executionOf(opened, options, interruption, { command: "apply", started, io, log });
  const { hops, report, target } = await applyHops({
    ...{ route, target: opened.target, prepare: prepareHop, options: executing },
  });
  log.info({ runs: runsAfter(hops), route }, "apply");
  try {
    if (options.commit !== true || !isThere(hops)) return report;
    return await committed(target, hops.applied.at(-1)!, report, options, interruption.signal);
  } finally {
    if (target !== opened.target) await target[Symbol.asyncDispose]();
  }
}

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
