import { applicationVersionMismatch } from "./application-version-mismatch.js";
import { bootsAnotherRelease } from "./boots-another-release.js";
import { callbackNotDeclaredAnywhere } from "./callback-not-declared.js";
import { codePathShadowed } from "./code-path-shadowed.js";
import { diskAlmostFull } from "./disk-almost-full.js";
import { staleFunInState } from "./fun-in-state.js";
import { hiddenSubtreeAnywhere } from "./hidden-subtree.js";
import { messageQueueLong } from "./message-queue-long.js";
import { oldCodeInUseAnywhere } from "./old-code-in-use.js";
import { notRespondingAnywhere } from "./process-not-responding.js";
import { processSuspended } from "./process-suspended.js";
import type { StandingRule } from "./standing.js";
import { stateNotRead } from "./state-not-read.js";
import { supervisorDeclaredDynamic } from "./supervisor-declared-dynamic.js";
import { topNotSupervisor } from "./top-not-supervisor.js";
import { unsupervisedAnywhere } from "./unsupervised-process.js";
import { walkAnomalies } from "./walk-anomalies.js";

/** Every rule about a node as it stands, those that hurt most first. */
export const standingRules: readonly StandingRule[] = [
  callbackNotDeclaredAnywhere,
  hiddenSubtreeAnywhere,
  processSuspended,
  notRespondingAnywhere,
  walkAnomalies,
  supervisorDeclaredDynamic,
  topNotSupervisor,
  oldCodeInUseAnywhere,
  staleFunInState,
  stateNotRead,
  unsupervisedAnywhere,
  messageQueueLong,
  bootsAnotherRelease,
  applicationVersionMismatch,
  codePathShadowed,
  diskAlmostFull,
];
