import { applicationNeedsItself } from "./application-needs-itself.js";
import { applyBeforePointOfNoReturn } from "./apply-before-point-of-no-return.js";
import { appupMissing } from "./appup-missing.js";
import { appupVersionMismatch } from "./appup-version-mismatch.js";
import { circularDepMods } from "./circular-dep-mods.js";
import { closure } from "./closure.js";
import { codeChangeMissing } from "./code-change-missing.js";
import { deletedModuleListed } from "./deleted-module-listed.js";
import { entryNeverPicked } from "./entry-never-picked.js";
import { moduleMissing } from "./module-missing.js";
import { moduleNotInApp } from "./module-not-in-app.js";
import { moduleWithoutInstruction } from "./module-without-instruction.js";
import { noDirectUpgradePath } from "./no-direct-upgrade-path.js";
import { noDowngradePath } from "./no-downgrade-path.js";
import { noUpgradePath } from "./no-upgrade-path.js";
import { notASupervisor } from "./not-a-supervisor.js";
import { objectCodeDamaged } from "./object-code-damaged.js";
import { relupVersionMismatch } from "./relup-version-mismatch.js";
import type { Rule } from "./rule.js";
import { unsupportedVersionPattern } from "./unsupported-version-pattern.js";
import { versionPatternTooWide } from "./version-pattern-too-wide.js";
import { vsnNotMatched } from "./vsn-not-matched.js";
import { vsnNotSet } from "./vsn-not-set.js";

export type { CheckContext, CheckedApplication, CheckedRelease, ModuleCode, ModuleFile } from "./context.js";
export type { CodeMeaning, Rule } from "./rule.js";

/** Every rule over what was read. */
export const rules: readonly Rule[] = [
  closure,
  applicationNeedsItself,
  appupVersionMismatch,
  relupVersionMismatch,
  noUpgradePath,
  noDirectUpgradePath,
  appupMissing,
  noDowngradePath,
  entryNeverPicked,
  versionPatternTooWide,
  unsupportedVersionPattern,
  moduleMissing,
  moduleNotInApp,
  deletedModuleListed,
  moduleWithoutInstruction,
  objectCodeDamaged,
  codeChangeMissing,
  vsnNotSet,
  vsnNotMatched,
  notASupervisor,
  circularDepMods,
  applyBeforePointOfNoReturn,
];
