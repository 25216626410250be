import { Option, type Command } from "commander";
import type { Logger } from "pino";
import { observe } from "../../engine/observe.js";
import type { Facts } from "../../upgrade/facts.js";
import { CommandError, EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openSnapshot, withSnapshotOption, type SnapshotOptions } from "../snapshot.js";
import { openTargetToLook } from "../target.js";
import { moduleNamed, treeDot, treeJson, treeText, type TreeOptions } from "../views/tree.js";

interface TreeCommandOptions extends CommonOptions, TargetOptions, SnapshotOptions {
  readonly all?: boolean;
  readonly unsupervised?: boolean;
  readonly app?: string;
  readonly module?: string;
  readonly dot?: boolean;
}

/** `tree`: the supervision tree of a node as it is. */
export function registerTree(program: Command, run: Run): void {
  const command = program.command("tree").description("show the running supervision tree and which modules run where");
  command
    .option("--app <name>", "only the tree of this application")
    .option("--module <name>", "only what runs this module, or is declared to, and the supervisors above it")
    .option("--all", "show every process, where equal ones are counted and OTP's own applications only named")
    .option("--unsupervised", "also show the processes outside every tree")
    .addOption(new Option("--dot", "print the tree in the DOT language of Graphviz").conflicts("json"));
  withCommonOptions(withSnapshotOption(withTargetOptions(command))).action(async (options: TreeCommandOptions) => {
    await run("relupctl/tree@1", options, ({ io, log }) => tree(options, io, log));
  });
}

async function tree(options: TreeCommandOptions, io: Io, log: Logger): Promise<Report> {
  const facts = await factsOf(options, io, log);
  const application = options.app;
  const module = options.module === undefined ? undefined : moduleNamed(options.module);
  if (application !== undefined) requireRunning(application, facts);
  const shown: TreeOptions = {
    ...{ application, module },
    all: options.all === true,
    unsupervised: options.unsupervised === true,
    unicode: isUnicode(process.env),
  };
  return {
    json: treeJson(facts, shown),
    text: (paint) => (options.dot === true ? treeDot(facts, shown) : treeText(facts, shown, paint)),
    exitCode: EXIT.done,
  };
}

async function factsOf(options: TreeCommandOptions, io: Io, log: Logger): Promise<Facts> {
  if (options.snapshot !== undefined) return (await openSnapshot(options.snapshot)).facts;
  await using opened = await openTargetToLook(options, io, log);
  const modules = options.module === undefined ? [] : [moduleNamed(options.module)];
  return await observe(opened.target, { modules, everyModule: true, probe: [], timeoutMs: options.timeout });
}

function requireRunning(application: string, { applications, node }: Facts): void {
  if (applications.some(({ name }) => name === application)) return;
  throw new CommandError(EXIT.usage, {
    code: "application-not-running",
    summary: `the application ${application} doesn't run on ${node}`,
    hint: `These do: ${applications.map(({ name }) => name).join(", ")}.`,
  });
}

/** True where the locale's characters are those of Unicode, by the variables that say so, the first that is set. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "");
}
