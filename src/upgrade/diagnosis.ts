import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";
import { standingRules } from "./findings/standing-rules.js";
import { upgradeRules } from "./findings/upgrade-rules.js";
import type { Inspection } from "./inspection.js";
import type { Plan } from "./plan.js";
import type { UpgradeInspection } from "./upgrade-inspection.js";

/** An upgrade that was planned, and what was looked at of it besides. */
export interface PlannedUpgrade {
  readonly plan: Plan;
  readonly looked: UpgradeInspection;
}

/**
 * All that is wrong with a node, whatever would be upgraded, and with an upgrade of it where one was planned; errors
 * first. What both say of the same processes is said once, by the upgrade, which knows what it would do to them.
 * @param planned the upgrade; none where only the node was looked at
 */
export function diagnose(facts: Facts, inspection: Inspection, planned?: PlannedUpgrade): Finding[] {
  const ofUpgrade = planned === undefined ? [] : findingsOfUpgrade(facts, inspection, planned);
  const standing = standingRules.flatMap((rule) => rule({ facts, inspection }));
  const rest = standing.filter((finding) => !ofUpgrade.some((other) => isSaidBy(finding, other)));
  return sortFindings([...ofUpgrade, ...rest]);
}

/** What the plan found, and what more can be said. */
function findingsOfUpgrade(facts: Facts, inspection: Inspection, { plan, looked }: PlannedUpgrade): Finding[] {
  const { upgrade, coverage } = plan;
  const more = upgradeRules.flatMap((rule) => rule({ facts, inspection, upgrade, coverage, looked }));
  return [...plan.findings, ...more];
}

function isSaidBy(finding: Finding, other: Finding): boolean {
  if (finding.code !== other.code || finding.pids.length === 0) return false;
  const pids = new Set(other.pids);
  return (
    finding.pids.every((pid) => pids.has(pid)) || (finding.code === "hidden-subtree" && pids.has(finding.pids[0]!))
  );
}

/** Errors first, then warnings; else in the order they came. */
export function sortFindings<Code extends string>(findings: readonly Finding<Code>[]): Finding<Code>[] {
  const rank = { error: 0, warning: 1, info: 2 };
  return findings.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}
