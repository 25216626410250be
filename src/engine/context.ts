import type { ProcessGroup } from "../otp/process-group.js";
import type { Pid, Term } from "../terms/term.js";
import type { Target } from "../target/target.js";
import type { Plan } from "../upgrade/plan.js";
import type { Budget } from "./budget.js";
import type { PidSet } from "./pid-set.js";
import type { Population } from "./population.js";
import type { PreparedUpgrade } from "./prepared.js";
import type { Suspensions } from "./suspension.js";
import type { StoppedProcess } from "./steps/stop-start.js";
import type { OnUnresponsive, Unresponsive } from "./steps/unresponsive.js";
import type { UndoLog } from "./undo-log.js";

export interface Timeouts {
  /** For a suspend where the instruction says `default`. */
  readonly suspendMs: number;
  /** For one process's code_change. */
  readonly codeChangeMs: number;
  /** For everything else asked of the node. */
  readonly callMs: number;
}

/** OTP's own default of `sys` calls for suspend and code_change. */
export const DEFAULT_TIMEOUTS: Timeouts = { suspendMs: 5_000, codeChangeMs: 5_000, callMs: 10_000 };

/** What the steps of one execution share: the state of `release_handler_1:eval/2`, and how to take it all back. */
export interface ExecutionContext {
  /** Behind the fence of the guardian. */
  readonly target: Target;
  readonly plan: Plan;
  readonly prepared: PreparedUpgrade;
  readonly timeouts: Timeouts;
  /** Whether the state of a process is kept before its code_change. */
  readonly keepState: boolean;
  /** The guardian's table of kept states. */
  readonly states: Term;
  readonly population: Population;
  readonly undo: UndoLog;
  readonly suspensions: Suspensions;
  readonly budget: Budget;
  /** Per module, the processes that were suspended for it and not yet resumed. */
  readonly suspended: Map<string, ProcessGroup>;
  /** Per module, the children that were stopped for it and not yet started. */
  readonly stopped: Map<string, readonly StoppedProcess[]>;
  /** Children that a call of the script has stopped, each with its supervisor, as text. */
  readonly stoppedByCall: Set<string>;
  readonly onUnresponsive: OnUnresponsive;
  /** What did not answer a suspend in time, and what was done with it. */
  readonly unresponsive: Unresponsive[];
  readonly tally: Readonly<Record<keyof Tally, PidSet>>;
  /** A process that a step passes over, and why. */
  skipped(pid: Pid, why: string): void;
}

/** Processes, as text, by what became of them. */
export type Tally = Readonly<Record<"migrated" | "dead" | "failed", ReadonlySet<string>>>;
