import type { SnapshotDocument } from "../../engine/snapshot/document.js";
import { count, wrap, type Paint } from "./paint.js";

/** What was recorded, and where. */
export function snapshotText(document: SnapshotDocument, file: string, paint: Paint): string {
  const { node, release, applications, processes, code } = document;
  const pids = processes.reduce((sum, each) => sum + each.pids.split(/\s+/).length, 0);
  const modules = code.reduce((sum, each) => sum + Object.keys(each.modules).length, 0);
  const runs = release === undefined ? "" : `, which runs ${release.name} ${release.vsn}`;
  const what = [
    count(applications.length, "application"),
    count(pids, "process", "processes"),
    count(modules, "module"),
  ].join(", ");
  return wrap(`${paint.good("Wrote")} ${file}: ${paint.strong(node)}${runs}; ${what}.`, paint.width, 2, 0);
}

/** ` (from a snapshot of 2026-01-02T03:04:05Z)`, where something is from one. */
export const fromSnapshot = (snapshot: { readonly taken: string } | undefined): string =>
  snapshot === undefined ? "" : ` (by a snapshot taken ${snapshot.taken})`;
