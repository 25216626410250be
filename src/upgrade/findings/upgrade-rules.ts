import { childSpecsChanged } from "./child-specs-changed.js";
import { consolidatedProtocols } from "./consolidated-protocols.js";
import { embeddedMode } from "./embedded-mode.js";
import { changedFunInState } from "./fun-in-state.js";
import { moduleWithoutInstruction } from "./module-without-instruction.js";
import { nifModule } from "./nif-module.js";
import { notWritable } from "./not-writable.js";
import type { UpgradeRule } from "./of-upgrade.js";
import { otpMismatch } from "./otp-mismatch.js";
import { stickyModule } from "./sticky-module.js";
import { supervisorInitEffects } from "./supervisor-init-effects.js";
import { sysConfigChanged } from "./sys-config-changed.js";

/** Every rule of `doctor` about an upgrade that a plan doesn't have, those that hurt most first. */
export const upgradeRules: readonly UpgradeRule[] = [
  stickyModule,
  otpMismatch,
  embeddedMode,
  supervisorInitEffects,
  childSpecsChanged,
  changedFunInState,
  moduleWithoutInstruction,
  consolidatedProtocols,
  nifModule,
  notWritable,
  sysConfigChanged,
];
