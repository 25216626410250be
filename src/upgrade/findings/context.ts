import type { ModuleCoverage } from "../coverage.js";
import type { Facts, ObservedProcess } from "../facts.js";
import type { Finding } from "../finding.js";
import type { Upgrade } from "../upgrade.js";

/** What a rule may look at. */
export interface FindingContext {
  readonly upgrade: Upgrade;
  readonly facts: Facts;
  readonly coverage: readonly ModuleCoverage[];
}

/** One thing that can be wrong with an upgrade on a node. */
export type FindingRule = (context: FindingContext) => Finding[];

/** How a process is called in a sentence: by its registered name where it has one, and its pid. */
export function nameOf(process: ObservedProcess): string {
  return process.registeredName === undefined ? process.text : `${process.registeredName} (${process.text})`;
}

/** Up to `limit` processes by name, and how many more there are. */
export function namesOf(processes: readonly ObservedProcess[], limit = 3): string {
  const named = processes.slice(0, limit).map(nameOf).join(", ");
  const more = processes.length - limit;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Up to `limit` names, and that there are more. */
export function firstOf(names: readonly string[], limit: number): string {
  return `${names.slice(0, limit).join(", ")}${names.length > limit ? ", ..." : ""}`;
}

/** How a process is called by its pid as text, where it may be gone. */
export function supervisorName(facts: Facts, supervisor: string | undefined): string {
  const found = facts.processes.find((process) => process.text === supervisor);
  return found === undefined ? (supervisor ?? "no supervisor") : nameOf(found);
}

/** Items grouped by a key, in the order the keys first came. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** How such processes can be upgraded all the same; the end of a hint. */
export const INCLUDE_MISSED = "With --include-missed they are upgraded all the same.";
