import type { Target } from "../../target/target.js";
import type { Problem } from "../../terms/problem.js";
import { findRecord, LOCK } from "./record.js";

/** Who holds the node, and since when. */
export async function lockedProblem(node: Target): Promise<Problem> {
  const record = await findRecord(node, LOCK);
  const base = { code: "locked", severity: "error" } as const;
  if (record === undefined) {
    return { ...base, summary: "another upgrade of the node was just ending", hint: "Try again." };
  }
  if (record === "other") {
    return {
      ...base,
      summary: `a process of the node is registered as ${LOCK}`,
      hint: "It is none of relupctl's: the name must be free.",
    };
  }
  const { user, host, pid, since, upgrade } = record.holder;
  const who = `${user}@${host} (process ${pid})`;
  if (record.phase === "failed") {
    return {
      ...base,
      summary: "an upgrade of the node failed, and not everything could be taken back",
      detail: `It was ${upgrade}, begun by ${who} at ${since}.`,
      hint: "See what is left, and put it right, with: relupctl recover",
    };
  }
  return {
    ...base,
    summary: `another upgrade holds the lock of the node: ${upgrade}`,
    detail: `It was begun by ${who} at ${since}.`,
    hint: "Wait for it to end. When its client is gone, the node takes it back by itself within seconds.",
  };
}
