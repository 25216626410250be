import type { Command } from "commander";
import type { Logger } from "pino";
import { planUpgrade } from "../../engine/plan.js";
import { liveCode } from "../../engine/source/node-code.js";
import { readHopAhead } from "../../engine/source/release.js";
import { planFromSnapshot } from "../../engine/snapshot/plan.js";
import type { Plan } from "../../upgrade/plan.js";
import { isBlocking } from "../../upgrade/finding.js";
import { allowFindingsOption } from "../allow.js";
import { EXIT } from "../exit.js";
import { hopsTo, refuseUselessHops, withHopOptions, type HopOptions } from "../hops.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { writeOutputFile } from "../output-file.js";
import { documentText, type Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { openSnapshot, prepareFromSnapshot, withSnapshotOption, type SnapshotOptions } from "../snapshot.js";
import {
  choicesOf,
  prepare,
  READ_TIMEOUT_MS,
  sourceOf,
  withSourceArguments,
  type Source,
  type SourceOptions,
} from "../source.js";
import { planHopsJson, planHopsText } from "../views/hops.js";
import { planJson, planText } from "../views/plan.js";

interface PlanOptions extends CommonOptions, TargetOptions, SourceOptions, SnapshotOptions, HopOptions {
  readonly out?: string;
  readonly allow: readonly string[];
}

const SCHEMA = "relupctl/plan@1";

/** `plan`: what `apply` would do; nothing is changed. */
export function registerPlan(program: Command, run: Run): void {
  const command = program.command("plan").description("show what an upgrade would do: the dry run; changes nothing");
  withHopOptions(withSourceArguments(command))
    .option("--out <file>", "also write the plan to this file, for apply --plan")
    .addOption(allowFindingsOption());
  withCommonOptions(withSnapshotOption(withTargetOptions(command))).action(
    async (vsn: string | undefined, options: PlanOptions) => {
      await run(SCHEMA, options, ({ io, log }) => plan(vsn, options, io, log));
    },
  );
}

async function plan(vsn: string | undefined, options: PlanOptions, io: Io, log: Logger): Promise<Report> {
  const source = sourceOf(vsn, options);
  refuseUselessHops(options);
  const plans = options.snapshot === undefined ? await planHops(vsn, options, io, log) : undefined;
  if (plans !== undefined) return hopsReport(plans, options);
  const plan =
    options.snapshot === undefined
      ? await planOnNode(source, options, io, log)
      : await planOffline(source, options, options.snapshot);
  const blocking = plan.findings.filter((finding) => isBlocking(finding, options.allow));
  const report: Report = {
    json: planJson(plan),
    text: (paint) => planText(plan, blocking, paint),
    exitCode: blocking.length > 0 ? EXIT.refused : EXIT.done,
  };
  if (options.out !== undefined) await writeOutputFile(options.out, documentText(SCHEMA, report), true);
  return report;
}

/** The plans of several hops, where the user asks for them, and there are several. */
async function planHops(
  vsn: string | undefined,
  options: PlanOptions,
  io: Io,
  log: Logger,
): Promise<readonly Plan[] | undefined> {
  if (options.via.length === 0 && options.multiHop !== true) return undefined;
  await using opened = await openTarget(options, io, log);
  const { target } = opened;
  const route = await hopsTo(target, vsn, options);
  if (route === undefined) return undefined;
  const plans: Plan[] = [];
  for (const [index, to] of route.entries()) {
    const { upgrade } =
      index === 0
        ? await prepare(opened, { vsn: to }, options)
        : await readHopAhead(liveCode(target, { timeoutMs: READ_TIMEOUT_MS }), route[index - 1]!, to);
    const { plan } = await planUpgrade(target, { ...upgrade, ...choicesOf(options) }, { timeoutMs: options.timeout });
    plans.push(plan);
  }
  return plans;
}

function hopsReport(plans: readonly Plan[], { allow }: PlanOptions): Report {
  const isBlocked = plans.some(({ findings }) => findings.some((finding) => isBlocking(finding, allow)));
  return {
    json: planHopsJson(plans),
    text: (paint) => planHopsText(plans, allow, paint),
    exitCode: isBlocked ? EXIT.refused : EXIT.done,
  };
}

async function planOnNode(source: Source, options: PlanOptions, io: Io, log: Logger): Promise<Plan> {
  await using opened = await openTarget(options, io, log);
  const prepared = await prepare(opened, source, options);
  return (await planUpgrade(opened.target, prepared.upgrade, { timeoutMs: options.timeout })).plan;
}

async function planOffline(source: Source, options: PlanOptions, file: string): Promise<Plan> {
  const snapshot = await openSnapshot(file);
  const { upgrade } = await prepareFromSnapshot(snapshot, source, options);
  return planFromSnapshot(snapshot, upgrade);
}
