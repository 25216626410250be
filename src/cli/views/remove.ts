import type { Removal, Removed } from "../../engine/releases/remove.js";
import { count, wrap, type Paint } from "./paint.js";

/** What `remove` did, as JSON. */
export function removeJson(removed: Removed): object {
  const { node, name, vsn, result, deletes, keeps } = removed;
  return { node, name, vsn, result, deleted: deletes, kept: keeps };
}

/** What a removal deletes, and what it leaves. */
export function removalText({ deletes, keeps }: Removal, paint: Paint): string {
  const lines = [
    `Deletes ${count(deletes.length, "directory", "directories")}:`,
    ...deletes.map((each) => `  ${each}`),
  ];
  if (keeps.length > 0) lines.push("Leaves what is needed:");
  for (const { directory, neededBy } of keeps) lines.push(wrap(`${directory}  (${neededBy})`, paint.width, 4, 2));
  return lines.join("\n");
}

/** What `remove` did, for people. */
export function removeText(removed: Removed, paint: Paint): string {
  const what = paint.strong(`${removed.name} ${removed.vsn}`);
  if (removed.result === "checked") {
    return `${removalText(removed, paint)}\n\n${wrap(`${what} could be removed from ${removed.node}. Nothing was changed.`, paint.width, 2, 0)}`;
  }
  return wrap(`${paint.good("Removed")} ${what} from ${removed.node}.`, paint.width, 2, 0);
}
