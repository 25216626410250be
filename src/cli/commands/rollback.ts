import type { Command } from "commander";
import type { Logger } from "pino";
import { findLastUpgrade, takeBack, type LastUpgrade, type RolledBack } from "../../engine/last-upgrade.js";
import { CommandError, EXIT, type ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { plannedText, rollbackJson, rollbackText, type RollbackResult } from "../views/rollback.js";

interface RollbackOptions extends CommonOptions, TargetOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

const NOTES = `
The code, the code path, the specifications and the environment of before come back, and every process gets the very
state that it had before the upgrade: what it did since is lost. What the upgrade started is stopped, and what began
since on the new code begins anew. It works until the upgrade is committed, another one is done, or the node restarts.
`;

/** `rollback`: takes the last upgrade of a node back. */
export function registerRollback(program: Command, run: Run): void {
  const command = program
    .command("rollback")
    .description("take the last upgrade of a running node back: old code, and the very states of before")
    .option("--dry-run", "say what would be taken back; nothing is")
    .option("--force", "also where other code was loaded since");
  withNotes(withCommonOptions(withTargetOptions(command)), NOTES).action(async (options: RollbackOptions) => {
    await run("relupctl/rollback@1", options, ({ io, log }) => rollback(options, io, log));
  });
}

async function rollback(options: RollbackOptions, io: Io, log: Logger): Promise<Report> {
  if (options.node === undefined) throw ended();
  await using opened = await openTarget(options, io, log);
  const last = await findLastUpgrade(opened.target, { timeoutMs: options.timeout });
  if (last === undefined) throw nothingToTakeBack();
  const { node } = opened.target.identity;
  if (options.dryRun === true) return report(node, last, "planned", undefined, EXIT.done);
  if (last.changedSince.length > 0 && options.force !== true) {
    return report(node, last, "refused", undefined, EXIT.refused);
  }
  log.info({ upgrade: last.record.holder.upgrade, entries: last.entries }, "rollback_planned");
  // Told before anything is done, to whoever looks on.
  if (options.json !== true) io.err(`${plannedText(last, io.paintErr)}\n\n`);
  const done = await takeBack(opened.target, last.record);
  log.info({ result: done.phase }, "rollback");
  return report(node, last, resultOf(done), done, done.phase === "rolled_back" ? EXIT.done : EXIT.needsAttention);
}

function resultOf({ phase }: RolledBack): RollbackResult {
  return phase === "rolled_back" || phase === "failed" ? phase : "unknown";
}

function report(
  node: string,
  last: LastUpgrade,
  result: RollbackResult,
  done: RolledBack | undefined,
  exitCode: ExitCode,
): Report {
  return {
    json: rollbackJson(node, last, result, done),
    text: (paint) => rollbackText(last, result, done, paint),
    exitCode,
  };
}

const ended = (): CommandError =>
  new CommandError(EXIT.refused, {
    code: "nothing-to-take-back",
    summary: "the embedded node has ended with the command that upgraded it",
    detail: "Nothing of the upgrade is left, so there is nothing to take back.",
    hint: "Name a running node with --node NAME@HOST. The embedded node boots another version with --boot VSN.",
  });

const nothingToTakeBack = (): CommandError =>
  new CommandError(EXIT.refused, {
    code: "nothing-to-take-back",
    summary: "the node has no upgrade that could be taken back",
    detail: "None was done since it started, or the last one was taken back or committed.",
    hint: "relupctl versions and relupctl apply VSN lead to another version.",
  });
