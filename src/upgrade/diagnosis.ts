import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";
import { standingRules } from "./findings/standing-rules.js";
import type { Inspection } from "./inspection.js";

/**
 * All that is wrong with a node, whatever would be upgraded, and with an upgrade of it where one was planned; errors
 * first. What both say of the same processes is said once, by the upgrade, which knows what it would do to them.
 * @param ofUpgrade the findings of the upgrade; none without one
 */
export function diagnose(facts: Facts, inspection: Inspection, ofUpgrade: readonly Finding[]): Finding[] {
  const standing = standingRules.flatMap((rule) => rule({ facts, inspection }));
  const rest = standing.filter((finding) => !ofUpgrade.some((other) => isSaidBy(finding, other)));
  return sortFindings([...ofUpgrade, ...rest]);
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
