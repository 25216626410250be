import type { ModuleCoverage } from "../coverage.js";
import type { Facts } from "../facts.js";
import type { Finding } from "../finding.js";
import type { Inspection } from "../inspection.js";
import type { Upgrade } from "../upgrade.js";
import type { UpgradeInspection } from "../upgrade-inspection.js";

/** What a rule of `doctor` about an upgrade may look at. */
export interface UpgradeContext {
  readonly facts: Facts;
  readonly inspection: Inspection;
  readonly upgrade: Upgrade;
  readonly coverage: readonly ModuleCoverage[];
  readonly looked: UpgradeInspection;
}

/** One thing that can be wrong with an upgrade, which a plan doesn't look for. */
export type UpgradeRule = (context: UpgradeContext) => Finding[];
