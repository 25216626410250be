import type { Target } from "../target/target.js";
import { atomName, listElements, textOf, tupleElements } from "../terms/access.js";
import { attempt, invoke, type CallOptions } from "./invoke.js";

export type ReleaseStatus = "unpacked" | "current" | "permanent" | "old";

export interface KnownRelease {
  readonly name: string;
  readonly vsn: string;
  readonly status: ReleaseStatus;
}

/** The releases the node's release handler knows; undefined on a node where it isn't running (no sasl). */
export async function whichReleases(target: Target, options: CallOptions = {}): Promise<KnownRelease[] | undefined> {
  const outcome = await attempt(target, "release_handler:which_releases/0", [], options);
  if (outcome.kind !== "returned") return undefined;
  return (listElements(outcome.value) ?? []).flatMap((each) => {
    const [name, vsn, , status] = tupleElements(each, 4) ?? [];
    const known = { name: textOf(name), vsn: textOf(vsn), status: atomName(status) };
    return known.name === undefined || known.vsn === undefined || known.status === undefined
      ? []
      : [known as KnownRelease];
  });
}

/**
 * The release that the node runs: the `current` one, else the `permanent` one (`release_handler:which_releases/0`);
 * without a release handler the one it was booted from (`init:script_id/0`).
 */
export async function runningRelease(
  target: Target,
  options: CallOptions = {},
): Promise<{ readonly name: string; readonly vsn: string } | undefined> {
  const releases = await whichReleases(target, options);
  const running =
    releases?.find(({ status }) => status === "current") ?? releases?.find(({ status }) => status === "permanent");
  if (running !== undefined) return running;
  const [name, vsn] = tupleElements(await invoke(target, "init:script_id/0", [], options), 2) ?? [];
  const booted = { name: textOf(name), vsn: textOf(vsn) };
  return booted.name === undefined || booted.vsn === undefined ? undefined : { name: booted.name, vsn: booted.vsn };
}
