import { Option, type Command } from "commander";
import type { Logger } from "pino";
import { recover, type RecoverResult } from "../../engine/recover/recover.js";
import { CommandError, EXIT, type ExitCode } from "../exit.js";
import type { Io } from "../io.js";
import { journalDirectory, journalOption } from "../journal.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { recoverJson, recoverText } from "../views/recover.js";

interface RecoverCommandOptions extends CommonOptions, TargetOptions {
  readonly yes?: boolean;
  readonly forget?: boolean;
  readonly restart?: boolean;
  readonly journal?: string | false;
}

const NOTES = `
A node takes an upgrade back by itself when its client is gone, so mostly there is nothing left to do, and this says what
the node has done. Otherwise it says what there is to be done, and does it with --yes. It needs no journal, but knows more
with the one that the upgrade has written.
`;

/** `recover`: puts a node right after an upgrade that was cut off, or that failed. */
export function registerRecover(program: Command, run: Run): void {
  const command = program
    .command("recover")
    .description("put a node right after an upgrade that was cut off, or that could not be taken back")
    .option("-y, --yes", "do what is proposed; without it nothing is changed")
    .option("--restart", "have suspended processes begin anew instead of resuming them, where no journal says more")
    .option("--forget", "give up what is left of an upgrade that failed, and unlock the node")
    .addOption(journalOption())
    .addOption(new Option("--no-journal", "don't look into the journal"));
  withNotes(withCommonOptions(withTargetOptions(command)), NOTES).action(async (options: RecoverCommandOptions) => {
    await run("relupctl/recover@1", options, ({ io, log }) => runRecover(options, io, log));
  });
}

async function runRecover(options: RecoverCommandOptions, io: Io, log: Logger): Promise<Report> {
  if (options.node === undefined) throw ended();
  await using opened = await openTarget(options, io, log);
  const recovered = await recover(opened.target, {
    timeoutMs: options.timeout,
    yes: options.yes === true,
    forget: options.forget === true,
    restart: options.restart === true,
    journal: options.journal === false ? undefined : journalDirectory(options),
  });
  log.info({ result: recovered.result, acts: recovered.acts.map(({ what }) => what) }, "recover");
  return {
    json: recoverJson(opened.target.identity.node, recovered),
    text: (paint) => recoverText(opened.target.identity.node, recovered, paint),
    exitCode: exitCodeOf(recovered.result),
  };
}

function exitCodeOf(result: RecoverResult): ExitCode {
  switch (result) {
    case "clear":
    case "taken_back":
    case "recovered":
    case "forgotten":
      return EXIT.done;
    case "proposed":
      return EXIT.refused;
    case "failed":
      return EXIT.needsAttention;
  }
}

const ended = (): CommandError =>
  new CommandError(EXIT.refused, {
    code: "nothing-to-recover",
    summary: "the embedded node ends with the command that upgrades it",
    detail: "Nothing of an upgrade stays behind when that is cut off.",
    hint: "Name a running node with --node NAME@HOST.",
  });
