import { expect } from "vitest";
import { historyOf, type UpgradeHistory } from "../../../src/engine/journal/history.js";
import { journalIds, journalPath, readJournal } from "../../../src/engine/journal/read.js";
import type { Cell, Found } from "./cell.js";

/** The journal of the upgrade that was begun last. */
export async function lastJournal(directory: string): Promise<UpgradeHistory> {
  const [id] = await journalIds(directory);
  return historyOf(await readJournal(journalPath(directory, id!)));
}

/** A journal tells how far its upgrade has come, and what became of it, as far as the client lived to write it. */
export function expectTold(history: UpgradeHistory, { moment, act }: Cell, found: Found): void {
  expect(history.damage).toEqual([]);
  const acts = [history.beforeSteps, ...history.steps, history.afterSteps];
  expect(acts.slice(0, act).map(({ status }) => status)).toEqual(acts.slice(0, act).map(() => "done"));
  if (acts[act] !== undefined) {
    expect(acts[act].status).not.toBe("not_begun");
    if (moment === "after") expect(acts[act].status).not.toBe("begun");
  } else {
    expect([history.status, found]).toEqual(["upgraded", "new"]);
  }
  if (history.status === "upgraded") expect(found).toBe("new");
  if (history.status === "rolled_back") expect(found).toBe("old");
  if (history.status === "unfinished") expect(history.end).toBeUndefined();
  else expect(history.end?.failure === null).toBe(found === "new");
}
