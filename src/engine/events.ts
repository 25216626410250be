import type { Problem } from "../terms/problem.js";
import type { PlanStep } from "../upgrade/plan.js";

/** What happens while an upgrade is executed, for progress lines, logs and the journal. */
export type ProgressEvent =
  | { readonly kind: "upgrade_started"; readonly steps: number }
  | { readonly kind: "step_started"; readonly step: PlanStep }
  | { readonly kind: "step_done"; readonly step: PlanStep; readonly durationMs: number; readonly processes: number }
  | { readonly kind: "step_failed"; readonly step: PlanStep; readonly durationMs: number; readonly problem: Problem }
  | { readonly kind: "process_skipped"; readonly step: PlanStep; readonly pid: string; readonly why: string }
  | { readonly kind: "rollback_started"; readonly actions: number }
  | { readonly kind: "undone"; readonly what: string }
  | { readonly kind: "undo_failed"; readonly what: string; readonly problem: Problem }
  | { readonly kind: "upgrade_done"; readonly durationMs: number };

export type OnProgress = (event: ProgressEvent) => void;
