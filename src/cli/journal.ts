import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { defaultJournalDirectory } from "../engine/journal/directory.js";
import type { FileJournal } from "../engine/journal/file-journal.js";
import { openJournal, type Opening } from "../engine/journal/open.js";
import { ProblemError } from "../terms/problem.js";
import { CommandError, EXIT } from "./exit.js";
import { version } from "./version.js";

/** Where the journal goes. */
export interface JournalOptions {
  /** A directory, or false for none; undefined for the default directory. */
  readonly journal?: string | false;
}

/** Where journals are kept by default, in words. */
export const JOURNAL_HOME = "relupctl/journal in $XDG_STATE_HOME, else in ~/.local/state";

/** `--journal`: the directory that journals are kept in. */
export const journalOption = (): Option =>
  new Option("--journal <dir>", `where the journal is kept (default: ${JOURNAL_HOME})`);

/** Adds what says where the journal of an upgrade goes. */
export function withJournalOptions(command: Command): Command {
  return command.addOption(journalOption()).addOption(new Option("--no-journal", "write nothing down of what is done"));
}

/** The directory that journals are kept in. */
export function journalDirectory({ journal }: { readonly journal?: string | false }): string {
  return typeof journal === "string" ? resolve(journal) : defaultJournalDirectory();
}

/**
 * What opens the journal of an upgrade that a command is about to execute; undefined where none is wanted. It throws a
 * CommandError where the journal can't be written: then nothing has been changed, and nothing may be.
 * @param command the command's name
 */
export function journalOpener(
  options: JournalOptions,
  command: string,
): ((opening: Opening) => Promise<FileJournal>) | undefined {
  if (options.journal === false) return undefined;
  const directory = journalDirectory(options);
  return async (opening) => {
    try {
      return await openJournal(directory, opening, { command, version });
    } catch (error) {
      if (error instanceof ProblemError) throw new CommandError(EXIT.usage, error.problems[0]!);
      throw error;
    }
  };
}
