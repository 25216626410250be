import { overBatches } from "../../otp/batch.js";
import { evaluate } from "../../otp/erl-eval.js";
import { CallError } from "../../otp/invoke.js";
import type { ProcessGroup } from "../../otp/process-group.js";
import type { Target } from "../../target/target.js";
import type { Term } from "../../terms/term.js";
import { blockOf } from "./forms-of.js";

/** For the way there and back, and a node that is busy. */
const MARGIN_MS = 10_000;

/**
 * Keeps the states of the processes of a group in the guardian's table, as they answer `sys:get_state/2`. They don't
 * leave the node.
 * @param options.id the number of the group
 * @param options.timeoutMs for each process; one that is silent has no state to be put back
 * @throws CallError when the node can't be asked, or the guardian has begun to take the upgrade back
 */
export async function keepStates(
  target: Target,
  { group, id, states, timeoutMs }: { group: ProcessGroup; id: number; states: Term; timeoutMs: number },
): Promise<void> {
  await overBatches(group.batches, async ({ encoded, windows }) => {
    const bindings = { Group: id, States: states, Timeout: timeoutMs, Windows: encoded };
    const outcome = await evaluate(target, blockOf("keep_states"), bindings, {
      timeoutMs: timeoutMs * windows + MARGIN_MS,
    });
    if (outcome.kind !== "returned") throw new CallError("erl_eval:expr/5", outcome);
    return [];
  });
}
