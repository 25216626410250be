import type { Inventory, NodeRelease } from "../../engine/releases/inventory.js";
import { someOf, wrap, type Paint } from "./paint.js";

/** The releases of a node as JSON. */
export function versionsJson(inventory: Inventory): object {
  const { node, root, releases, running, startErl, handler, registered } = inventory;
  return {
    node,
    root,
    running: running?.vsn ?? null,
    bootsNext: releases.find(({ bootsNext }) => bootsNext)?.vsn ?? startErl?.vsn ?? null,
    hasReleaseHandler: handler !== undefined,
    hasReleasesFile: registered !== undefined,
    releases: releases.map((release) => ({
      name: release.name,
      vsn: release.vsn,
      erts: release.erts ?? null,
      status: release.status ?? null,
      running: release.isRunning,
      bootsNext: release.bootsNext,
      missing: release.missing,
    })),
  };
}

/** The releases of a node for people: a line for each, then what is odd about them. */
export function versionsText(inventory: Inventory, paint: Paint): string {
  const { releases } = inventory;
  if (releases.length === 0) return `${inventory.node} knows no release.`;
  const columns = releases.map(columnsOf);
  const widths = [0, 1, 2].map((column) => Math.max(...columns.map((cells) => cells[column]!.length)));
  const lines = columns.map((cells, index) => {
    const release = releases[index]!;
    const padded = cells.map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell));
    const [name, status, erts, notes] = padded;
    const mark = release.isRunning ? paint.good("*") : " ";
    return `${mark} ${release.isRunning ? paint.strong(name!) : name}  ${status}  ${paint.faint(erts!)}  ${notes}`.trimEnd();
  });
  return [...lines, ...remarks(inventory, paint)].join("\n");
}

function columnsOf(release: NodeRelease): string[] {
  const notes = [release.isRunning ? "running" : "", release.bootsNext ? "booted by a start" : ""];
  return [
    `${release.name} ${release.vsn}`,
    release.status ?? "-",
    release.erts === undefined ? "" : `erts ${release.erts}`,
    notes.filter((note) => note !== "").join(", "),
  ];
}

function remarks({ releases, handler, registered, running, startErl }: Inventory, paint: Paint): string[] {
  const texts: string[] = [];
  for (const { vsn, missing } of releases) {
    if (missing.length > 0) texts.push(`${paint.bad("missing")} for ${vsn}: ${someOf(missing, 5)}.`);
  }
  const next = releases.find(({ bootsNext }) => bootsNext);
  if (running !== undefined && next !== undefined && next.vsn !== running.vsn) {
    texts.push(`A start would boot ${next.vsn}, and not ${running.vsn}, which runs: commit it to keep it.`);
  }
  if (next === undefined && startErl !== undefined) {
    texts.push(`${paint.bad("start_erl.data")} says that a start boots ${startErl.vsn}, which is not there.`);
  }
  if (handler === undefined) {
    texts.push("The node has no release handler (the application sasl doesn't run), so nothing has a status.");
  } else if (registered === undefined) {
    texts.push("There is no file RELEASES; it is made by the first command that needs it.");
  } else if (releases.some(({ status }) => status === undefined)) {
    texts.push("A release without a status lies there, but the release handler doesn't know of it.");
  }
  return texts.length === 0 ? [] : ["", ...texts.map((text) => wrap(text, paint.width, 2, 0))];
}
