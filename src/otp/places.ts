import { atomName, listElements, taggedTuple, textOf, tupleElements } from "../terms/access.js";
import { atom, string } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { askEach } from "./batch.js";
import { ask, type CallOptions } from "./invoke.js";
import { whereis } from "./process.js";

/** Whether something is there, and may be written. */
export type FileAccess = "missing" | "writable" | "read_only";

/** What the node may do with each file or directory (`erl_prim_loader:read_file_info/1`), in order. */
export async function fileAccess(
  target: Target,
  paths: readonly string[],
  options: CallOptions = {},
): Promise<FileAccess[]> {
  const args = paths.map((path) => [string(path)]);
  const outcomes = await askEach(target, "erl_prim_loader:read_file_info/1", args, options);
  return outcomes.map((outcome) => {
    const info = outcome.kind === "returned" ? taggedTuple(outcome.value, "ok", 2)?.[1] : undefined;
    // {file_info, Size, Type, Access, ...}
    const access = atomName(tupleElements(info)?.[3]);
    if (access === undefined) return "missing";
    return access === "read_write" || access === "write" ? "writable" : "read_only";
  });
}

export interface DiskData {
  readonly mount: string;
  readonly totalKiB: number;
  /** How much of it is used, in percent. */
  readonly used: number;
}

/** The disks as `disksup:get_disk_data/0` of os_mon has them; none where it doesn't run: then it would only complain. */
export async function diskData(target: Target, options: CallOptions = {}): Promise<DiskData[]> {
  if ((await whereis(target, atom("disksup"), options)) === undefined) return [];
  const outcome = await ask(target, "disksup:get_disk_data/0", [], options);
  if (outcome.kind !== "returned") return [];
  return (listElements(outcome.value) ?? []).flatMap((each) => {
    const [mount, total, used] = tupleElements(each, 3) ?? [];
    const name = textOf(mount);
    return name === undefined || name === "none" ? [] : [{ mount: name, totalKiB: Number(total), used: Number(used) }];
  });
}
