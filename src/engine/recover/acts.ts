import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import type { Problem } from "../../terms/problem.js";
import { doRepair, repairText, type Repair } from "./repair.js";

/** One thing that is done to put a node right, and what became of it. */
export interface RecoverAct {
  readonly what: string;
  readonly status: "proposed" | "done" | "failed";
  readonly problem: Problem | undefined;
}

/** @param problem why it could not be done before */
export const proposed = (what: string, problem?: Problem): RecoverAct => ({ what, status: "proposed", problem });

/** @param problem why it could not be done; undefined where it was */
export const tried = (what: string, problem: Problem | undefined): RecoverAct => ({
  what,
  status: problem === undefined ? "done" : "failed",
  problem,
});

/** Does a repair, and says what became of it. */
export async function repaired(target: Target, repair: Repair, options: CallOptions): Promise<RecoverAct> {
  return tried(repairText(repair), await doRepair(target, repair, options));
}
