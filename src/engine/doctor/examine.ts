import type { Target } from "../../target/target.js";
import { ProblemError, type Problem } from "../../terms/problem.js";
import { diagnose, sortFindings, type PlannedUpgrade } from "../../upgrade/diagnosis.js";
import type { Facts } from "../../upgrade/facts.js";
import { makePlan } from "../../upgrade/plan.js";
import type { Finding } from "../../upgrade/finding.js";
import type { Inspection } from "../../upgrade/inspection.js";
import { observe } from "../observe.js";
import { planUpgrade } from "../plan.js";
import type { PreparedUpgrade } from "../prepared.js";
import { planFromSnapshot } from "../snapshot/plan.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { inspectOffline, inspectUpgrade } from "./inspect-upgrade.js";
import { inspect, type InspectOptions } from "./inspect.js";

/** What is wrong with a node, and with an upgrade of it where one was named. */
export interface Examination {
  readonly node: string;
  /** Where it was looked at by a snapshot: when that was taken. */
  readonly snapshot: { readonly taken: string } | undefined;
  readonly otpRelease: string;
  /** The upgrade, as far as it could be read; undefined where none was named, or it couldn't. */
  readonly upgrade: { readonly name: string; readonly from: string; readonly to: string } | undefined;
  readonly findings: readonly Finding<string>[];
  readonly processes: number;
}

/**
 * Looks at a node as it stands, and at an upgrade of it: all that a plan finds, and what takes longer to find. Changes
 * nothing.
 * @param prepare reads the upgrade; without it only the node is looked at. The problems that it throws are findings.
 */
export async function examine(
  target: Target,
  options: InspectOptions,
  prepare?: () => Promise<PreparedUpgrade>,
): Promise<Examination> {
  const read = prepare === undefined ? undefined : await readUpgrade(prepare);
  const prepared = read !== undefined && "upgrade" in read ? read : undefined;
  const planned = prepared && (await planUpgrade(target, prepared.upgrade, options));
  const facts = planned?.facts ?? (await observe(target, { modules: [], probe: [], timeoutMs: options.timeoutMs }));
  const inspection = await inspect(target, facts, options);
  const looked = prepared && (await inspectUpgrade(target, prepared, facts, options));
  // With what was looked at the plan can say more exactly what to write.
  const plan = prepared && makePlan(prepared.upgrade, { ...facts, inspection });
  return conclude(facts, inspection, read, plan && looked && { plan, looked });
}

/**
 * As {@link examine}, on a node as a snapshot has it.
 * @param prepare reads the upgrade; without it only the node is looked at
 */
export async function examineSnapshot(
  snapshot: Snapshot,
  prepare?: () => Promise<PreparedUpgrade>,
): Promise<Examination> {
  const read = prepare === undefined ? undefined : await readUpgrade(prepare);
  const prepared = read !== undefined && "upgrade" in read ? read : undefined;
  const planned = prepared && {
    plan: planFromSnapshot(snapshot, prepared.upgrade),
    looked: inspectOffline(prepared),
  };
  return conclude(snapshot.facts, snapshot.inspection, read, planned);
}

type ReadUpgrade = PreparedUpgrade | { readonly problems: readonly Problem[] };

function conclude(
  facts: Facts,
  inspection: Inspection,
  read: ReadUpgrade | undefined,
  planned: PlannedUpgrade | undefined,
): Examination {
  const found = diagnose(facts, inspection, planned);
  const unread = read !== undefined && "problems" in read ? read.problems.map(findingOf) : [];
  const { node, otpRelease, snapshot } = facts;
  const upgrade = planned?.plan.upgrade;
  return {
    ...{ node, snapshot, otpRelease },
    upgrade: upgrade && { name: upgrade.name, from: upgrade.from, to: upgrade.to },
    findings: sortFindings<string>([...unread, ...found]),
    processes: facts.processes.length,
  };
}

/** What was named isn't there at all: nothing was found out about it. */
const NOTHING_THERE: ReadonlySet<string> = new Set([
  "release-not-found",
  "root-not-found",
  "application-not-found",
  "application-not-running",
  "not-a-release",
  "already-installed",
]);

async function readUpgrade(prepare: () => Promise<PreparedUpgrade>): Promise<ReadUpgrade> {
  try {
    return await prepare();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problems.some(({ code }) => NOTHING_THERE.has(code))) throw error;
    return { problems: error.problems };
  }
}

/** A fault of a manifest, told with its place. */
function findingOf({ code, severity, summary, detail = "", hint = "", span }: Problem): Finding<string> {
  const place = span === undefined ? "" : `${span.file}:${span.start.line}:${span.start.column}: `;
  return { code, severity, summary: `${place}${summary}`, detail, hint, module: undefined, pids: [] };
}
