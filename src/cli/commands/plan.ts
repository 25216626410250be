import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import type { Logger } from "pino";
import { planUpgrade } from "../../engine/plan.js";
import { isBlocking } from "../../upgrade/finding.js";
import { CommandError, EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { prepare, sourceOf, withSourceArguments, type SourceOptions } from "../source.js";
import { planJson, planText } from "../views/plan.js";

export interface PlanOptions extends CommonOptions, TargetOptions, SourceOptions {
  readonly out?: string;
  readonly allow: readonly string[];
}

/** An option that may be given several times, or once with several values. */
export const allowOption = (): Option =>
  new Option("--allow <code...>", "findings that don't stand in the way").default([], "none");

export function registerPlan(program: Command, run: Run): void {
  const command = program.command("plan").description("show what an upgrade would do: the dry run; changes nothing");
  withSourceArguments(withCommonOptions(withTargetOptions(command)))
    .option("--out <file>", "also write the plan to this file, for apply --plan")
    .addOption(allowOption())
    .action(async (vsn: string | undefined, options: PlanOptions) => {
      await run("relupctl/plan@1", options, ({ io, log }) => plan(vsn, options, io, log));
    });
}

async function plan(vsn: string | undefined, options: PlanOptions, io: Io, log: Logger): Promise<Report> {
  const source = sourceOf(vsn, options);
  await using opened = await openTarget(options, io, log);
  const prepared = await prepare(opened, source, options);
  const { plan } = await planUpgrade(opened.target, prepared.upgrade, { suspendMs: options.timeout });
  const blocked = plan.findings.some((finding) => isBlocking(finding, options.allow));
  const json = planJson(plan);
  if (options.out !== undefined) await writePlan(options.out, json);
  return { json, text: (paint) => planText(plan, paint), exitCode: blocked ? EXIT.refused : EXIT.done };
}

async function writePlan(file: string, json: object): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify({ schema: "relupctl/plan@1", ok: true, ...json }, null, 2)}\n`);
  } catch (error) {
    throw new CommandError(EXIT.usage, {
      code: "plan-not-written",
      summary: `the plan can't be written to ${file}`,
      detail: (error as Error).message,
      hint: "Name a file in a directory that can be written to.",
    });
  }
}
