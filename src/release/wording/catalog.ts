import { appWording } from "./app.js";
import { instructionWording } from "./instruction.js";
import { relWording } from "./rel.js";
import { sharedWording } from "./shared.js";
import { upgradeFileWording } from "./upgrade-files.js";
import type { Wording } from "./wording.js";

const all = { ...sharedWording, ...instructionWording, ...relWording, ...appWording, ...upgradeFileWording };

/** The id of a rule, and the code of the problem where it is broken. */
export type RuleId = keyof typeof all;

/** The words for every rule. */
export const wordings: Readonly<Record<RuleId, Wording>> = all;

export const isRuleId = (id: string): id is RuleId => Object.hasOwn(all, id);
