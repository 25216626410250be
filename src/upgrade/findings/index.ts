import type { Finding } from "../finding.js";
import { applyBeforePointOfNoReturn } from "./apply-before-point-of-no-return.js";
import { callbackNotDeclared } from "./callback-not-declared.js";
import { codeChangeMissing } from "./code-change-missing.js";
import type { FindingContext, FindingRule } from "./context.js";
import { hiddenSubtree } from "./hidden-subtree.js";
import { moduleMissing, moduleNotInApp } from "./module-missing.js";
import { oldCodeInUse } from "./old-code-in-use.js";
import { oldObjectCodeMissing } from "./old-object-code-missing.js";
import { processNotChosen } from "./process-not-chosen.js";
import { processNotResponding } from "./process-not-responding.js";
import { alreadySuspended } from "./process-suspended.js";
import { restartsEmulator } from "./restarts-emulator.js";
import { syncNodes } from "./sync-nodes.js";
import { unsupervisedProcess } from "./unsupervised-process.js";
import { vsnNotMatched, vsnNotSet } from "./vsn-not-set.js";
import { walkAnomalies } from "./walk-anomalies.js";

/** Every rule, those that hurt most first. */
export const rules: readonly FindingRule[] = [
  callbackNotDeclared,
  unsupervisedProcess,
  hiddenSubtree,
  processNotChosen,
  processNotResponding,
  alreadySuspended,
  walkAnomalies,
  moduleMissing,
  codeChangeMissing,
  oldCodeInUse,
  restartsEmulator,
  syncNodes,
  oldObjectCodeMissing,
  vsnNotSet,
  vsnNotMatched,
  moduleNotInApp,
  applyBeforePointOfNoReturn,
];

/** All that is wrong with the upgrade on the node, errors first. */
export function findingsOf(context: FindingContext): Finding[] {
  const found = rules.flatMap((rule) => rule(context));
  const rank = { error: 0, warning: 1, info: 2 };
  return found.sort((a, b) => rank[a.severity] - rank[b.severity]);
}
