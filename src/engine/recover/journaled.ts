import { appendFile, readFile } from "node:fs/promises";
import type { Target } from "../../target/target.js";
import { historyOf, type UpgradeHistory } from "../journal/history.js";
import { journalIds, journalPath, readJournal } from "../journal/read.js";
import type { BeginRecord, JournalRecord } from "../journal/records.js";

/** More journals than these are not looked at: what has to be put right was begun lately. */
const LOOKED_AT = 50;

/** An upgrade that did not end well; of which node it was its journal tells. */
export interface UnfinishedUpgrade extends UpgradeHistory {
  readonly begin: BeginRecord;
}

/**
 * The newest upgrade of a node in a journal, where it did not end well: it was cut off, it failed, or nobody saw what
 * became of it. Undefined where there is no such journal, where the newest ended well or was recovered, or where the node
 * has restarted since, so that nothing of it is left there.
 */
export async function unfinishedUpgrade(directory: string, target: Target): Promise<UnfinishedUpgrade | undefined> {
  const { node, creation } = target.identity;
  for (const id of (await journalIds(directory).catch(() => [])).slice(0, LOOKED_AT)) {
    const history = historyOf(await readJournal(journalPath(directory, id)));
    const { begin, status, notes } = history;
    if (begin?.node.name !== node) continue;
    const isOver = status === "upgraded" || status === "rolled_back" || notes.some(({ what }) => OVER.has(what));
    return isOver || begin.node.creation !== creation ? undefined : { ...history, begin };
  }
  return undefined;
}

/** What `recover` notes in the journal of an upgrade that was cut off. */
export const NOTES = {
  clear: "recover has found nothing left of it on the node",
  taken_back: "recover has found that the node has taken it back by itself",
  recovered: "recover has put the node right",
  failed: "recover could not put everything right",
  forgotten: "recover has given up what was left of it",
} as const;

/** After these there is nothing left to be put right. */
const OVER: ReadonlySet<string> = new Set([NOTES.clear, NOTES.taken_back, NOTES.recovered]);

/** Writes a note into a journal that nobody writes any more. What can't be written is left out: it is a remark. */
export async function noteInJournal({ path }: UpgradeHistory, what: string, now = new Date()): Promise<void> {
  const record: JournalRecord = { type: "note", at: now.toISOString(), what };
  try {
    // A line that was broken off is ended first.
    const isBroken = !(await readFile(path, "utf8")).endsWith("\n");
    await appendFile(path, `${isBroken ? "\n" : ""}${JSON.stringify(record)}\n`);
  } catch {
    return;
  }
}
