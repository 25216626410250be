import type { Command } from "commander";
import type { Logger } from "pino";
import { planUpgrade } from "../../engine/plan.js";
import { liveCode } from "../../engine/source/node-code.js";
import { readHopAhead } from "../../engine/source/release.js";
import { planFromSnapshot } from "../../engine/snapshot/plan.js";
import { isBlocking } from "../../upgrade/finding.js";
import type { Plan } from "../../upgrade/plan.js";
import type { Upgrade } from "../../upgrade/upgrade.js";
import { allowFindingsOption } from "../allow.js";
import { EXIT } from "../exit.js";
import { hopsTo, refuseUselessHops, withHopOptions, type HopOptions } from "../hops.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { writeOutputFile } from "../output-file.js";
import { planReport } from "../plan-report.js";
import { documentText, type Report } from "../report.js";
import type { Run } from "../run.js";
import { openTargetToLook, type OpenedTarget } from "../target.js";
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
  if (options.snapshot !== undefined) {
    return await reported(await planOffline(source, options, options.snapshot), options);
  }
  await using opened = await openTargetToLook(options, io, log);
  const route = await hopsTo(opened.target, vsn, options);
  if (route !== undefined) return hopsReport(await planHops(route, opened, options), options);
  const { upgrade } = await prepare(opened, source, options);
  return await reported(await planOn(opened, upgrade, options), options);
}

/** The report of a plan, which goes into a file too where the user says so. */
async function reported(plan: Plan, { allow, out }: PlanOptions): Promise<Report> {
  const report = planReport(plan, allow);
  if (out !== undefined) await writeOutputFile(out, documentText(SCHEMA, report), true);
  return report;
}

/** The plans of several hops. */
async function planHops(
  route: readonly string[],
  opened: OpenedTarget,
  options: PlanOptions,
): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const [index, to] of route.entries()) {
    const { upgrade } =
      index === 0
        ? await prepare(opened, { vsn: to }, options)
        : await readHopAhead(liveCode(opened.target, { timeoutMs: READ_TIMEOUT_MS }), route[index - 1]!, to);
    plans.push(await planOn(opened, { ...upgrade, ...choicesOf(options) }, options));
  }
  return plans;
}

async function planOn({ target }: OpenedTarget, upgrade: Upgrade, { timeout }: PlanOptions): Promise<Plan> {
  return (await planUpgrade(target, upgrade, { timeoutMs: timeout })).plan;
}

function hopsReport(plans: readonly Plan[], { allow }: PlanOptions): Report {
  const isBlocked = plans.some(({ findings }) => findings.some((finding) => isBlocking(finding, allow)));
  return {
    json: planHopsJson(plans),
    text: (paint) => planHopsText(plans, allow, paint),
    exitCode: isBlocked ? EXIT.refused : EXIT.done,
  };
}

async function planOffline(source: Source, options: PlanOptions, file: string): Promise<Plan> {
  const snapshot = await openSnapshot(file);
  const { upgrade } = await prepareFromSnapshot(snapshot, source, options);
  return planFromSnapshot(snapshot, upgrade);
}
