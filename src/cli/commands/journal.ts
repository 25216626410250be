import type { Command } from "commander";
import { historyOf, type UpgradeHistory } from "../../engine/journal/history.js";
import { journalIds, journalPath, readJournal } from "../../engine/journal/read.js";
import { CommandError, EXIT } from "../exit.js";
import { journalDirectory, journalOption } from "../journal.js";
import { withCommonOptions, type CommonOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { journalJson, journalText } from "../views/journal.js";
import { historyJson, historyText } from "../views/history.js";

interface JournalCommandOptions extends CommonOptions {
  readonly journal?: string;
  readonly node?: string;
}

/** `journal`: the upgrades that were done from here, and what happened in each. */
export function registerJournal(program: Command, run: Run): void {
  const command = program.command("journal").description("list the upgrades that were done from here, or show one");
  command.addOption(journalOption()).option("-n, --node <name>", "only the upgrades of this node");
  withCommonOptions(command).action(async (options: JournalCommandOptions) => {
    await run("relupctl/journal@1", options, () => list(options));
  });
  const show = command
    .command("show")
    .description("show what happened in one upgrade")
    .argument("<id>", "the id of the upgrade, the beginning or the end of it, or last");
  // Options that stand before `show` belong to the command above it.
  withCommonOptions(show.addOption(journalOption())).action(async (id: string, _: unknown, self: Command) => {
    const options = self.optsWithGlobals<JournalCommandOptions>();
    await run("relupctl/journal-show@1", options, () => showOne(id, options));
  });
}

async function list(options: JournalCommandOptions): Promise<Report> {
  const directory = journalDirectory(options);
  const histories: UpgradeHistory[] = [];
  for (const id of await idsIn(directory)) histories.push(historyOf(await readJournal(journalPath(directory, id))));
  const wanted = histories.filter(({ begin }) => options.node === undefined || begin?.node.name === options.node);
  return {
    json: journalJson(directory, wanted),
    text: (paint) => journalText(directory, wanted, paint),
    exitCode: EXIT.done,
  };
}

async function showOne(wanted: string, options: JournalCommandOptions): Promise<Report> {
  const directory = journalDirectory(options);
  const id = pick(wanted, await idsIn(directory), directory);
  const history = historyOf(await readJournal(journalPath(directory, id)));
  return { json: historyJson(history), text: (paint) => historyText(history, paint), exitCode: EXIT.done };
}

/** The id that is meant: the whole of it, or so much of it that it is the only one. */
function pick(wanted: string, ids: readonly string[], directory: string): string {
  const [last] = ids;
  if (wanted === "last" && last !== undefined) return last;
  const found = ids.filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  const exact = found.find((id) => id === wanted) ?? (found.length === 1 ? found[0] : undefined);
  if (exact !== undefined) return exact;
  if (found.length > 1) {
    throw new CommandError(EXIT.usage, {
      code: "journal-ambiguous",
      summary: `more than one upgrade could be meant by ${wanted}`,
      detail: found.join(", "),
      hint: "Give more of the id.",
    });
  }
  throw new CommandError(EXIT.usage, {
    code: "journal-not-found",
    summary: `there is no upgrade ${wanted} in the journal`,
    detail: `It was looked for in ${directory}.`,
    hint: "relupctl journal lists all; --journal DIR names another directory.",
  });
}

async function idsIn(directory: string): Promise<string[]> {
  try {
    return await journalIds(directory);
  } catch (error) {
    throw new CommandError(EXIT.usage, {
      code: "journal-not-readable",
      summary: `the journal in ${directory} can't be read`,
      detail: (error as Error).message,
      hint: "Name the directory that it is kept in with --journal DIR.",
    });
  }
}
