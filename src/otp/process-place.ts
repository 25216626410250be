import { atomName, listElements, tupleElements } from "../terms/access.js";
import type { Pid } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { infoEach } from "./each-process.js";
import { ProcessGroup } from "./process-group.js";

/** Where a process is, as the node itself knows it without asking the process. */
export interface ProcessPlace {
  /** The function it was started in, behind `proc_lib`: `gen_*` behaviours start in `init` of their callback module. */
  readonly startedIn: { readonly module: string; readonly function: string };
  /** The function it is in, as `module:name`. */
  readonly current: string;
  /** `suspended` is by `erlang:suspend_process/1`; one suspended by `sys` is `waiting`. */
  readonly status: string;
}

/**
 * Where each process is, in order; undefined for one that is gone. All must be processes of the node.
 * @param timeoutMs for a few hundred of them
 */
export async function processPlaces(
  target: Target,
  pids: readonly Pid[],
  timeoutMs: number,
): Promise<(ProcessPlace | undefined)[]> {
  const outcomes = await infoEach(target, new ProcessGroup(pids), ["current_function", "status"], timeoutMs);
  return outcomes.map((outcome) => {
    const [started, info] = outcome.kind === "returned" ? (tupleElements(outcome.value, 2) ?? []) : [];
    const [current, status] = (listElements(info) ?? []).map((item) => tupleElements(item, 2)?.[1]);
    if (status === undefined) return undefined;
    const namesOf = (call: typeof current): { module: string; function: string } => {
      const [module, fun] = (tupleElements(call, 3) ?? []).map(atomName);
      return { module: module ?? "", function: fun ?? "" };
    };
    const at = namesOf(current);
    return {
      startedIn: namesOf(started),
      current: `${at.module}:${at.function}`,
      status: atomName(status) ?? "",
    };
  });
}
