import { createHash } from "node:crypto";
import { encodeInstruction } from "../release/erlang/encode-instruction.js";
import type { LowLevelInstruction } from "../release/instruction.js";
import { printTerm } from "../terms/print.js";
import { coverageOf, type ModuleCoverage } from "./coverage.js";
import type { Facts, ObservedProcess } from "./facts.js";
import type { Finding } from "./finding.js";
import { findingsOf } from "./findings/index.js";
import { distinctProcesses, selectProcesses } from "./selection.js";
import { undoOf, type Undo } from "./undo.js";
import { changedModules, modulesOf, namedModules, type Upgrade } from "./upgrade.js";

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
  readonly steps: readonly PlanStep[];
  readonly findings: readonly Finding[];
  readonly coverage: readonly ModuleCoverage[];
  /** Over the script, the object code and the facts that matter; pids are not among them. */
  readonly digest: string;
}

/** Sets an upgrade against what was observed of a node. Pure: the same arguments give the same plan. */
export function makePlan(upgrade: Upgrade, facts: Facts): Plan {
  const selections = selectProcesses(upgrade.script, facts.processes);
  const coverage = coverageOf(upgrade.script, facts.processes);
  const findings = findingsOf({ upgrade, facts, coverage });
  return {
    upgrade,
    node: facts.node,
    steps: upgrade.script.map((instruction, index) => ({
      index,
      instruction,
      modules: modulesOf(instruction),
      processes: distinctProcesses(selections[index]!),
      undo: undoOf(instruction, upgrade),
    })),
    findings,
    coverage,
    digest: digestOf(upgrade, facts, findings),
  };
}

/** SHA-256, in hexadecimal, of what a plan rests on. */
function digestOf(upgrade: Upgrade, facts: Facts, findings: readonly Finding[]): string {
  const involved = new Set([...changedModules(upgrade.script), ...namedModules(upgrade.script)]);
  const content = {
    upgrade: [upgrade.kind, upgrade.name, upgrade.from, upgrade.to, upgrade.direction],
    script: upgrade.script.map((step) => printTerm(encodeInstruction(step))),
    libraries: upgrade.libraries.map(({ application, vsn, directory }) => [application, vsn, directory]),
    objectCode: [...upgrade.objectCode.values()].map((code) => [code.module, code.md5]).sort(),
    node: facts.node,
    otpRelease: facts.otpRelease,
    applications: facts.applications.map(({ name, vsn }) => [name, vsn]).sort(),
    modules: [...facts.modules.values()]
      .filter(({ module }) => involved.has(module))
      .map(({ module, md5 }) => [module, md5 ?? null])
      .sort(),
    findings: findings.map(({ code, module }) => [code, module ?? null]).sort(),
  };
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
