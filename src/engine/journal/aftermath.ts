import { constants, open } from "node:fs/promises";
import { us } from "../guardian/holder.js";
import type { JournalRecord } from "./records.js";

/** What is written into the journal of an upgrade after its end, by whoever takes it back or puts the node right. */
export const NOTES = {
  clear: "recover has found nothing left of it on the node",
  taken_back: "recover has found that the node has taken it back by itself",
  recovered: "recover has put the node right",
  failed: "recover could not put everything right",
  forgotten: "recover has given up what was left of it",
  rollback: "rollback begins to take it back",
  rolledBack: "rollback has taken it back",
  notRolledBack: "rollback could not take everything back",
  rollbackUnseen: "rollback could not see whether the node has taken it back",
} as const;

/** After these nothing of it is left to be put right. */
const RIGHT: ReadonlySet<string> = new Set([NOTES.clear, NOTES.taken_back, NOTES.recovered, NOTES.rolledBack]);

type Notes = readonly { readonly what: string }[];

/** True where somebody has seen to it that nothing is left of an upgrade that did not end well. */
export const isPutRight = (notes: Notes): boolean => notes.some(({ what }) => RIGHT.has(what));

/** True where an upgrade that was done was taken back later on. */
export const isTakenBack = (notes: Notes): boolean => notes.some(({ what }) => what === NOTES.rolledBack);

/**
 * Writes a note into a journal that nobody writes any more, with who does, and has it on the disk. Never rejects: what
 * puts a node right goes on whether it can be written down or not.
 * @param path of the file, which has to be there
 * @returns false where it was not written
 */
export async function noteInJournal(path: string, what: string, now = new Date()): Promise<boolean> {
  const { user, host, pid } = us("");
  const by = `${user}@${host} (process ${pid})`;
  const record: JournalRecord = { type: "note", at: now.toISOString(), what, by };
  try {
    const file = await open(path, constants.O_RDWR | constants.O_APPEND);
    try {
      const text = await file.readFile("utf8");
      // A line that was broken off is ended first.
      const end = text === "" || text.endsWith("\n") ? "" : "\n";
      await file.appendFile(`${end}${JSON.stringify(record)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    return true;
  } catch {
    return false;
  }
}
