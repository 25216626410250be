import { Option, type Command } from "commander";
import type { Logger } from "pino";
import { NOTES as NOTES_OF, noteInJournal } from "../../engine/journal/aftermath.js";
import { journalPath } from "../../engine/journal/read.js";
import { findLastUpgrade, takeBack, type LastUpgrade, type RolledBack } from "../../engine/last-upgrade.js";
import { CommandError, EXIT, type ExitCode } from "../exit.js";
import { listenForInterrupt } from "../interrupt.js";
import type { Io } from "../io.js";
import { journalDirectory, JOURNAL_HOME } from "../journal.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { plannedText, rollbackJson, rollbackText, type RollbackResult } from "../views/rollback.js";

interface RollbackOptions extends CommonOptions, TargetOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly journal?: string | false;
}

const NOTES = `
The code, the code path, the specifications and the environment of before come back, and every process gets the very
state that it had before the upgrade: what it did since is lost. What the upgrade started is stopped, and what began
since on the new code begins anew. It works until the upgrade is committed, another one is done, or the node restarts.
It is noted in the journal of the upgrade, where that is kept on this machine.
`;

/** `rollback`: takes the last upgrade of a node back. */
export function registerRollback(program: Command, run: Run): void {
  const command = program
    .command("rollback")
    .description("take the last upgrade of a running node back: old code, and the very states of before")
    .option("--dry-run", "say what would be taken back; nothing is")
    .option("--force", "also where other code was loaded since")
    .addOption(new Option("--journal <dir>", `where the upgrade's journal is kept (default: ${JOURNAL_HOME})`))
    .addOption(new Option("--no-journal", "note nothing in the journal"));
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
  const journal = options.journal === false ? undefined : journalPath(journalDirectory(options), last.record.holder.id);
  const note = async (what: string): Promise<void> => {
    if (journal !== undefined && !(await noteInJournal(journal, what))) log.info({ journal, what }, "not_noted");
  };
  await note(NOTES_OF.rollback);
  const done = await unlessInterrupted(takeBack(opened.target, last.record), options.node, { io, log });
  await note(noteOf(done));
  log.info({ result: done.phase }, "rollback");
  return report(node, last, resultOf(done), done, done.phase === "rolled_back" ? EXIT.done : EXIT.needsAttention);
}

/** Once told to, the node takes it back whether anybody waits for it or not. */
async function unlessInterrupted<T>(work: Promise<T>, node: string, to: { io: Io; log: Logger }): Promise<T> {
  using interruption = listenForInterrupt(() => {
    to.log.warn("interrupted");
    // A terminal shows ^C in the line that it was typed in.
    if (to.io.errIsTerminal) to.io.err("\n");
  });
  const { signal } = interruption;
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(goesOn(node));
    });
  });
  return await Promise.race([work, interrupted]);
}

const goesOn = (node: string): CommandError =>
  new CommandError(EXIT.interrupted, {
    code: "interrupted",
    summary: "interrupted: the node goes on taking the upgrade back by itself",
    hint: `See what came of it with: relupctl recover --node ${node}`,
  });

function noteOf({ phase }: RolledBack): string {
  if (phase === "rolled_back") return NOTES_OF.rolledBack;
  return phase === "failed" ? NOTES_OF.notRolledBack : NOTES_OF.rollbackUnseen;
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
