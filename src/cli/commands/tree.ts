import type { Command } from "commander";
import type { Logger } from "pino";
import { observe } from "../../engine/observe.js";
import type { Facts } from "../../upgrade/facts.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openSnapshot, withSnapshotOption, type SnapshotOptions } from "../snapshot.js";
import { openTarget } from "../target.js";
import { treeJson, treeText } from "../views/tree.js";

interface TreeCommandOptions extends CommonOptions, TargetOptions, SnapshotOptions {
  readonly all?: boolean;
  readonly unsupervised?: boolean;
}

/** `tree`: the supervision tree of a node as it is. */
export function registerTree(program: Command, run: Run): void {
  const command = program.command("tree").description("show the running supervision tree and which modules run where");
  command
    .option("--all", "show every child, where equal ones would be counted")
    .option("--unsupervised", "also show the processes outside every tree");
  withCommonOptions(withSnapshotOption(withTargetOptions(command))).action(async (options: TreeCommandOptions) => {
    await run("relupctl/tree@1", options, ({ io, log }) => tree(options, io, log));
  });
}

async function tree(options: TreeCommandOptions, io: Io, log: Logger): Promise<Report> {
  const facts = await factsOf(options, io, log);
  const shown = { all: options.all === true, unsupervised: options.unsupervised === true };
  return { json: treeJson(facts, shown), text: (paint) => treeText(facts, shown, paint), exitCode: EXIT.done };
}

async function factsOf(options: TreeCommandOptions, io: Io, log: Logger): Promise<Facts> {
  if (options.snapshot !== undefined) return (await openSnapshot(options.snapshot)).facts;
  await using opened = await openTarget(options, io, log);
  return await observe(opened.target, { modules: [], probe: [], timeoutMs: options.timeout });
}
