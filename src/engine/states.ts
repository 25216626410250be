import { ProcessGroup } from "../otp/process-group.js";
import { stateOfEach } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import type { Term } from "../terms/term.js";
import type { ObservedProcess } from "../upgrade/facts.js";
import type { Plan } from "../upgrade/plan.js";

/** The state of one process before and after an upgrade; undefined where it couldn't be read. */
export interface StateChange {
  readonly process: ObservedProcess;
  readonly before: Term | undefined;
  readonly after: Term | undefined;
}

/** The processes whose states tell how an upgrade went: those it touches, and the other workers of their applications. */
export function processesToShow(
  plan: Plan,
  processes: readonly ObservedProcess[],
  limit: number,
): readonly ObservedProcess[] {
  const touched = plan.coverage.flatMap(({ migrated, missed, reloaded }) => [
    ...migrated,
    ...missed.map(({ process }) => process),
    ...reloaded,
  ]);
  const applications = new Set(touched.map((process) => process.application).filter((name) => name !== undefined));
  const neighbours = processes.filter(
    (process) => process.application !== undefined && applications.has(process.application),
  );
  const workers = [...new Set([...touched, ...neighbours])].filter((process) => process.type === "worker");
  return workers.slice(0, limit);
}

/** Reads the states of the processes, in order. */
export async function readStates(
  target: Target,
  processes: readonly ObservedProcess[],
  timeoutMs: number,
): Promise<(Term | undefined)[]> {
  const outcomes = await stateOfEach(target, new ProcessGroup(processes.map(({ pid }) => pid)), timeoutMs);
  return outcomes.map((outcome) => (outcome.kind === "returned" ? outcome.value : undefined));
}
