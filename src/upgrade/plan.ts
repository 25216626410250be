import type { LowLevelInstruction } from "../release/instruction.js";
import { basisOf, type PlanBasis } from "./basis.js";
import { checksum } from "./checksum.js";
import { coverageOf, type ModuleCoverage } from "./coverage.js";
import type { Costs } from "./costs.js";
import type { Facts, ObservedProcess } from "./facts.js";
import type { Finding } from "./finding.js";
import { findingsOf } from "./findings/index.js";
import { distinctProcesses, selectProcesses } from "./selection.js";
import { undoOf, type Undo } from "./undo.js";
import { modulesOf, type Upgrade } from "./upgrade.js";

export interface PlanStep {
  /** From 0. */
  readonly index: number;
  readonly instruction: LowLevelInstruction;
  readonly modules: readonly string[];
  /** The processes that it will touch, as far as the observation tells. */
  readonly processes: readonly ObservedProcess[];
  readonly undo: Undo;
}

/** What an upgrade will do on one node: a value. Made from facts; executing it on other facts is refused. */
export interface Plan {
  readonly upgrade: Upgrade;
  readonly node: string;
  /** Where it was made from a snapshot of the node: when that was taken. */
  readonly snapshot: { readonly taken: string } | undefined;
  readonly steps: readonly PlanStep[];
  readonly findings: readonly Finding[];
  readonly coverage: readonly ModuleCoverage[];
  /** What it will cost the node; undefined where that was not measured, as from a snapshot. */
  readonly costs?: Costs;
  /** What it rests on; on a node where something of it is otherwise it isn't executed. */
  readonly basis: PlanBasis;
  /** Over the basis: the script, the object code and the facts that matter. */
  readonly digest: string;
}

/** Sets an upgrade against what was observed of a node. Pure: the same arguments give the same plan. */
export function makePlan(upgrade: Upgrade, facts: Facts): Plan {
  const { includeMissed, choice } = upgrade;
  const selections = selectProcesses(upgrade.script, facts.processes, { includeMissed, choice });
  const remoteChildren = facts.remoteChildren ?? [];
  const coverage = coverageOf(upgrade.script, facts.processes, { includeMissed, choice, remoteChildren });
  const findings = findingsOf({ upgrade, facts, coverage });
  const basis = basisOf(upgrade, facts, findings);
  return {
    upgrade,
    node: facts.node,
    snapshot: facts.snapshot,
    steps: upgrade.script.map((instruction, index) => ({
      index,
      instruction,
      modules: modulesOf(instruction),
      processes: distinctProcesses(selections[index]!),
      undo: undoOf(instruction, upgrade),
    })),
    findings,
    coverage,
    basis,
    digest: checksum(basis),
  };
}
