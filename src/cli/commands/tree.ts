import type { Command } from "commander";
import type { Logger } from "pino";
import { observe } from "../../engine/observe.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { treeJson, treeText } from "../views/tree.js";

interface TreeCommandOptions extends CommonOptions, TargetOptions {
  readonly all?: boolean;
  readonly unsupervised?: boolean;
}

/** `tree`: the supervision tree of a node as it is. */
export function registerTree(program: Command, run: Run): void {
  const command = program.command("tree").description("show the running supervision tree and which modules run where");
  command
    .option("--all", "show every child, where equal ones would be counted")
    .option("--unsupervised", "also show the processes outside every tree");
  withCommonOptions(withTargetOptions(command)).action(async (options: TreeCommandOptions) => {
    await run("relupctl/tree@1", options, ({ io, log }) => tree(options, io, log));
  });
}

async function tree(options: TreeCommandOptions, io: Io, log: Logger): Promise<Report> {
  await using opened = await openTarget(options, io, log);
  const facts = await observe(opened.target, { modules: [], probe: [], timeoutMs: options.timeout });
  const shown = { all: options.all === true, unsupervised: options.unsupervised === true };
  return { json: treeJson(facts, shown), text: (paint) => treeText(facts, shown, paint), exitCode: EXIT.done };
}
