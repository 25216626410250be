import type { Target } from "../../target/target.js";
import { isPutRight } from "../journal/aftermath.js";
import { historyOf, type UpgradeHistory } from "../journal/history.js";
import { journalIds, journalPath, readJournal } from "../journal/read.js";
import type { BeginRecord } from "../journal/records.js";

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
    const isOver = status === "upgraded" || status === "rolled_back" || isPutRight(notes);
    return isOver || begin.node.creation !== creation ? undefined : { ...history, begin };
  }
  return undefined;
}
