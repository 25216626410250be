import { expect } from "vitest";
import { openLocalCode } from "../../../src/cli/local-code.js";
import { planJson } from "../../../src/cli/views/plan.js";
import { planUpgrade } from "../../../src/engine/plan.js";
import { snapshotCode } from "../../../src/engine/snapshot/code.js";
import { planFromSnapshot } from "../../../src/engine/snapshot/plan.js";
import { readSnapshot } from "../../../src/engine/snapshot/read.js";
import type { Snapshot } from "../../../src/engine/snapshot/snapshot.js";
import { takeSnapshot, type SnapshotOptions } from "../../../src/engine/snapshot/take.js";
import { snapshotYaml } from "../../../src/engine/snapshot/write.js";
import { readApplicationUpgrade, readApplicationUpgradeOf } from "../../../src/engine/source/application.js";
import { readReleaseUpgrade, readReleaseUpgradeOf } from "../../../src/engine/source/release.js";
import type { Target } from "../../../src/target/target.js";
import type { Plan } from "../../../src/upgrade/plan.js";

/** What an upgrade leads to: a version of the release, or an application's directory on the node and on this machine. */
export type To = { readonly vsn: string } | { readonly app: string; readonly here: string };

export const TAKEN = "2026-01-02T03:04:05.678Z";

/** A snapshot as a file has it. */
export async function yamlOf(target: Target, options: Partial<SnapshotOptions> = {}): Promise<string> {
  return snapshotYaml(await takeSnapshot(target, { taken: TAKEN, timeoutMs: 30_000, ...options }));
}

/** A snapshot that has been written and read. */
export async function snapshotFrom(target: Target): Promise<Snapshot> {
  return readSnapshot(new TextEncoder().encode(await yamlOf(target)), "node.yaml");
}

export async function livePlan(target: Target, to: To): Promise<Plan> {
  const { upgrade } =
    "vsn" in to ? await readReleaseUpgrade(target, to.vsn) : await readApplicationUpgrade(target, to.app);
  return (await planUpgrade(target, upgrade)).plan;
}

/** @param root on this machine, with the new version in it */
export async function offlinePlan(snapshot: Snapshot, root: string, to: To): Promise<Plan> {
  const here = "here" in to ? to.here : undefined;
  await using local = await openLocalCode(snapshot.extension, root, here, 5_000);
  const code = snapshotCode(snapshot, local);
  const { upgrade } =
    "vsn" in to ? await readReleaseUpgradeOf(code, to.vsn) : await readApplicationUpgradeOf(code, to.here);
  return planFromSnapshot(snapshot, upgrade);
}

/** A plan as JSON without what tells an offline one, what was measured on the node, and where an application lies. */
function comparable(plan: Plan): object {
  const tells = ["snapshot", "checksum", "directory", "costs"];
  return Object.fromEntries(Object.entries(planJson(plan)).filter(([key]) => !tells.includes(key)));
}

/** The same steps, processes, findings, coverage, and the same digest. */
export function expectSamePlan(offline: Plan, live: Plan): void {
  expect(comparable(offline)).toEqual(comparable(live));
  expect(offline.digest).toBe(live.digest);
  expect(offline.snapshot).toEqual({ taken: TAKEN });
}
