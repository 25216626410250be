import type { Command } from "commander";
import type { Logger } from "pino";
import { commitRelease } from "../../engine/releases/commit.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { changeReleases } from "../releases.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { commitJson, commitText } from "../views/commit.js";

interface CommitCommandOptions extends CommonOptions, TargetOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** `commit`: makes the release that runs the one that a start boots. */
export function registerCommit(program: Command, run: Run): void {
  const command = program
    .command("commit")
    .argument("[vsn]", "the release that runs (by default)")
    .description("make the release that runs permanent: the one that a start boots")
    .option("--dry-run", "say what stands in the way; nothing is changed")
    .option("--force", "end the processes that still run old code, and commit also where other code is loaded");
  withCommonOptions(withTargetOptions(command)).action(
    async (vsn: string | undefined, options: CommitCommandOptions) => {
      await run("relupctl/commit@1", options, ({ io, log }) => commit(vsn, options, io, log));
    },
  );
}

async function commit(vsn: string | undefined, options: CommitCommandOptions, io: Io, log: Logger): Promise<Report> {
  await using opened = await openTarget(options, io, log);
  const isDry = options.dryRun === true;
  const committed = await changeReleases(opened.target, { what: "a commit", isDry }, () =>
    commitRelease(opened.target, vsn, { timeoutMs: options.timeout, force: options.force === true, dryRun: isDry }),
  );
  log.info({ result: committed.result, vsn: committed.vsn }, "commit");
  return {
    json: commitJson(committed),
    text: (paint) => commitText(committed, paint),
    exitCode: committed.result === "refused" ? EXIT.refused : EXIT.done,
  };
}
