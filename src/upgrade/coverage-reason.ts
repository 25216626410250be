/** Why a process that runs a changed module is passed over by the script. */
export type MissedReason =
  "callback-not-declared" | "hidden-subtree" | "unsupervised-process" | "own-code" | "process-not-chosen";

/** Why a process meets what a plan says of it. Names are stable; a contract with scripts. */
export type CoverageReason =
  | MissedReason
  | "declared"
  | "dynamic"
  | "declared-though-other"
  | "top-supervisor"
  | "included"
  | "chosen"
  | "suspended"
  | "code-only"
  | "named-only";

const TEXTS: Readonly<Record<CoverageReason, string>> = {
  declared: "the child specification names it",
  dynamic: "declared dynamic, and said that it runs it",
  "declared-though-other": "the child specification names it, but the callbacks are another module's",
  "top-supervisor": "the top supervisor of its application",
  included: "no child specification names it; taken by --include-missed",
  chosen: "runs it, or was named",
  suspended: "suspended while the code is replaced; the state stays",
  "code-only": "runs the new code from its next call on; the state stays",
  "named-only": "the child specification names it, but the callbacks are another module's",
  "callback-not-declared": "the child specification doesn't name it",
  "hidden-subtree": "below a supervisor that is declared a worker",
  "unsupervised-process": "no supervisor has it as a child",
  "process-not-chosen": "not among the processes that were named",
  "own-code": "code of its own, which takes no system messages: stays on the old code until it calls the module anew",
};

/** A reason in words; "it" is the module. */
export const coverageReasonText = (reason: CoverageReason): string => TEXTS[reason];
