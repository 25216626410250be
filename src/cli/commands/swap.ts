import { InvalidArgumentError, Option, type Command } from "commander";
import type { Logger } from "pino";
import { applyUpgrade, type Applied } from "../../engine/apply.js";
import { planUpgrade } from "../../engine/plan.js";
import type { PreparedUpgrade } from "../../engine/prepared.js";
import { readModulesUpgrade } from "../../engine/source/modules.js";
import { parseTerm } from "../../terms/parse.js";
import { ProblemError } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { KeepState } from "../../upgrade/upgrade.js";
import { allowFindingsOption } from "../allow.js";
import { executionOf, exitCodeOf, type ExecutionOptions } from "../execution.js";
import { CommandError, EXIT } from "../exit.js";
import { interruptible } from "../interruptible.js";
import type { Io } from "../io.js";
import { withJournalOptions } from "../journal.js";
import { keepStateOption, openToUpgrade, withLimitOptions } from "../limits.js";
import { readModules } from "../module-files.js";
import { withCommonOptions, withTargetOptions } from "../options.js";
import { planReport } from "../plan-report.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { choicesOf, READ_TIMEOUT_MS } from "../source.js";
import type { OpenedTarget } from "../target.js";
import { swapJson, swapText } from "../views/swap.js";

interface SwapOptions extends ExecutionOptions {
  readonly process: readonly string[];
  readonly fromVsn?: Term;
  readonly extra?: Term;
  readonly loadOnly?: boolean;
  readonly running: readonly string[];
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly keepState?: KeepState;
}

/** An option that may be given several times. */
const listOption = (flags: string, text: string, byDefault: string): Option =>
  new Option(flags, text).default([], byDefault).argParser<string[]>((value, earlier) => [...earlier, value]);

/** `swap`: single modules by hand, as one transaction. */
export function registerSwap(program: Command, run: Run): void {
  const command = program
    .command("swap")
    .description("replace single modules by hand: suspend, purge, load, code_change, resume")
    .argument("<file...>", "the compiled modules: .beam files, or .js files for the embedded node")
    .addOption(listOption("--process <name|pid>", "change this process only; may be given several times", "all"))
    .option(
      "--from-vsn <term>",
      "the old version that code_change gets (default: that of the loaded code)",
      termArgument,
    )
    .option("--extra <term>", "the extra argument of code_change (default: [])", termArgument)
    .option("--load-only", "only load the code, as l(Module) does: no state changes")
    .addOption(listOption("--running <file>", "code that runs now, where its file was overwritten", "none"))
    .option("--dry-run", "show what would be done; change nothing")
    .option("--force", "load also where that kills processes that still run old code")
    .addOption(allowFindingsOption())
    .addOption(keepStateOption())
    .option("--show-state", "show the states of the processes before and after (default: on the embedded node)")
    .option("--no-show-state", "don't read states");
  withCommonOptions(withTargetOptions(withLimitOptions(withJournalOptions(command)))).action(
    async (files: readonly string[], options: SwapOptions) => {
      const schema = options.dryRun === true ? "relupctl/plan@1" : "relupctl/swap@1";
      await run(schema, options, ({ io, log }) => swap(files, options, io, log));
    },
  );
}

/** A term as Erlang writes it, such as `"0"` or `{down, 2}`. */
function termArgument(text: string): Term {
  try {
    return parseTerm(text);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [problem] = error.problems;
    throw new InvalidArgumentError(
      `It must be an Erlang term, with its quotation marks ('"1.0"'): ${problem!.summary}.`,
    );
  }
}

async function swap(files: readonly string[], options: SwapOptions, io: Io, log: Logger): Promise<Report> {
  const started = performance.now();
  refuseUseless(options);
  await using opened = await openToUpgrade(options, io, log);
  const prepared = await prepare(opened, files, options);
  const allowed = [...options.allow, ...(options.force === true ? ["old-code-in-use"] : [])];
  if (options.dryRun === true) {
    const { plan } = await planUpgrade(opened.target, prepared.upgrade, { timeoutMs: options.timeout });
    return planReport(plan, allowed);
  }
  using interruption = interruptible(options, io, log);
  const executing = executionOf(opened, { ...options, allow: allowed }, interruption, {
    ...{ command: "swap", started, io, log },
  });
  const applied = await applyUpgrade(opened.target, prepared, executing);
  log.info({ result: applied.execution?.outcome ?? "refused", digest: applied.plan.digest }, "swap");
  return reportOf(applied, options);
}

const reportOf = (applied: Applied, { fromVsn }: SwapOptions): Report => ({
  json: swapJson(applied, fromVsn !== undefined),
  text: (paint) => swapText(applied, fromVsn !== undefined, paint),
  exitCode: exitCodeOf(applied),
});

async function prepare(opened: OpenedTarget, files: readonly string[], options: SwapOptions): Promise<PreparedUpgrade> {
  const timeoutMs = Math.max(options.timeout, READ_TIMEOUT_MS);
  const { process: processes, fromVsn, extra, loadOnly } = options;
  const prepared = await readModulesUpgrade(opened.target, await readModules(opened, files, timeoutMs), {
    timeoutMs: options.timeout,
    processes,
    ...(fromVsn !== undefined && { fromVsn }),
    ...(extra !== undefined && { extra }),
    ...(loadOnly !== undefined && { loadOnly }),
    running: await readModules(opened, options.running, timeoutMs),
  });
  return { ...prepared, upgrade: { ...prepared.upgrade, ...choicesOf(options) } };
}

/** What concerns processes does nothing where no process is touched. */
function refuseUseless({ loadOnly, process: processes, fromVsn, extra }: SwapOptions): void {
  if (loadOnly !== true) return;
  const useless = [
    processes.length > 0 ? "--process" : undefined,
    fromVsn === undefined ? undefined : "--from-vsn",
    extra === undefined ? undefined : "--extra",
  ].find((option) => option !== undefined);
  if (useless === undefined) return;
  throw new CommandError(EXIT.usage, {
    code: "usage",
    summary: `${useless} has no meaning with --load-only, which touches no process`,
    hint: `Leave out one of the two.`,
  });
}
