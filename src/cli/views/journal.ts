import { isPutRight, isTakenBack } from "../../engine/journal/aftermath.js";
import { isAtWork } from "../../engine/journal/at-work.js";
import type { UpgradeHistory } from "../../engine/journal/history.js";
import { fit, wrap, type Paint } from "./paint.js";

/** The upgrades of a journal as JSON, the newest first. */
export function journalJson(directory: string, histories: readonly UpgradeHistory[]): object {
  return { directory, upgrades: histories.map(summaryJson) };
}

/** What is said of an upgrade in a list. Null stands for what can't be read. */
export function summaryJson(history: UpgradeHistory): object {
  const { id, path, begin, end, status } = history;
  return {
    id,
    file: path,
    at: begin?.at ?? null,
    command: begin?.command ?? null,
    user: begin?.by.user ?? null,
    host: begin?.by.host ?? null,
    node: begin?.node.name ?? null,
    name: begin?.upgrade.name ?? null,
    from: begin?.upgrade.from ?? null,
    to: begin?.upgrade.to ?? null,
    direction: begin?.upgrade.direction ?? null,
    status,
    atWork: status === "unfinished" ? (isAtWork(history) ?? null) : false,
    durationMs: end?.durationMs ?? null,
    damaged: history.damage.length > 0,
    takenBack: isTakenBack(history.notes),
  };
}

/** The upgrades of a journal for people. */
export function journalText(directory: string, histories: readonly UpgradeHistory[], paint: Paint): string {
  if (histories.length === 0) return `No upgrade is noted in ${directory}.`;
  const rows = histories.map((history) => {
    const { id, begin } = history;
    const upgrade = begin?.upgrade;
    return [
      id,
      begin?.node.name ?? "?",
      upgrade === undefined ? "?" : `${upgrade.name} ${upgrade.from} -> ${upgrade.to}`,
    ];
  });
  const widths = [0, 1, 2].map((column) => Math.min(40, Math.max(...rows.map((row) => row[column]!.length))));
  const lines = rows.map((row, index) => {
    const history = histories[index]!;
    const cells = row.map((cell, column) => fit(cell, widths[column]!).padEnd(widths[column]!));
    const line = `${cells.join("  ")}  ${statusText(history, paint)}${history.damage.length > 0 ? paint.warn(", damaged") : ""}`;
    return wrap(line, paint.width, 4, 0);
  });
  return [...lines, "", paint.faint("relupctl journal show ID tells what happened in one of them.")].join("\n");
}

/** `2026-11-20 13:15:02Z` */
export const timeText = (at: string): string => at.replace("T", " ").replace(/\.\d+Z$/, "Z");

/** How an upgrade ended, in colour, and what came after that. */
export function statusText(history: UpgradeHistory, paint: Paint): string {
  const { notes } = history;
  const later = isTakenBack(notes) ? paint.warn(", taken back later") : isPutRight(notes) ? ", put right later" : "";
  return `${endText(history, paint)}${later}`;
}

function endText(history: UpgradeHistory, paint: Paint): string {
  switch (history.status) {
    case "upgraded":
      return paint.good("upgraded");
    case "rolled_back":
      return paint.warn("rolled back");
    case "failed":
      return paint.bad("failed, and not all was taken back");
    case "unknown":
      return paint.bad("the node was lost");
    case "unfinished":
      return isAtWork(history) === true ? paint.accent("at work") : paint.bad("unfinished");
    case "unreadable":
      return paint.bad("unreadable");
  }
}
