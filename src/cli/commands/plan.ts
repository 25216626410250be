import type { Command } from "commander";
import type { Logger } from "pino";
import { planUpgrade } from "../../engine/plan.js";
import { planFromSnapshot } from "../../engine/snapshot/plan.js";
import type { Plan } from "../../upgrade/plan.js";
import { isBlocking } from "../../upgrade/finding.js";
import { allowFindingsOption } from "../allow.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { writeOutputFile } from "../output-file.js";
import { documentText, type Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { openSnapshot, prepareFromSnapshot, withSnapshotOption, type SnapshotOptions } from "../snapshot.js";
import { prepare, sourceOf, withSourceArguments, type Source, type SourceOptions } from "../source.js";
import { planJson, planText } from "../views/plan.js";

interface PlanOptions extends CommonOptions, TargetOptions, SourceOptions, SnapshotOptions {
  readonly out?: string;
  readonly allow: readonly string[];
}

const SCHEMA = "relupctl/plan@1";

/** `plan`: what `apply` would do; nothing is changed. */
export function registerPlan(program: Command, run: Run): void {
  const command = program.command("plan").description("show what an upgrade would do: the dry run; changes nothing");
  withSourceArguments(command)
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
