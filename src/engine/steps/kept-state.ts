import type { ProcessGroup } from "../../otp/process-group.js";
import { pidText, processFacts } from "../../otp/process.js";
import { putHandlerStates, putState, type PutState } from "../../otp/put-state.js";
import { stateOfEach } from "../../otp/sys.js";
import type { Pid, Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { canPutBack } from "../old-code.js";
import { restoreSupervisor } from "./settle-supervisors.js";

interface Kept {
  readonly pid: Pid;
  /** Undefined where the process didn't tell its state. */
  readonly state: Term | undefined;
}

/** Keeps the states of the suspended processes of a module, and notes that they are to be put back. */
export async function keepStates(module: string, group: ProcessGroup, context: ExecutionContext): Promise<void> {
  const states = await stateOfEach(context.target, group, context.timeouts.callMs);
  const kept = group.pids.map((pid, index): Kept => {
    const outcome = states[index]!;
    return { pid, state: outcome.kind === "returned" ? outcome.value : undefined };
  });
  context.undo.push(`put the old state of the processes of ${module} back`, () => restore(module, kept, context));
}

async function restore(module: string, kept: readonly Kept[], context: ExecutionContext): Promise<void> {
  // Old state may not run on new code: where the code has to stay, so has what was made of the state.
  if (!(await canPutBack(module, context))) return;
  const facts = await processFacts(
    context.target,
    kept.map(({ pid }) => pid),
    { timeoutMs: context.timeouts.callMs },
  );
  const results = await Promise.all(
    kept.map(async ({ pid, state }, index): Promise<PutState> => {
      if (state === undefined) return context.tally.migrated.has(pidText(pid)) ? "refused" : "put";
      const fact = facts[index];
      if (fact?.isSupervisor === true) return await restoreSupervisor(pid, state, context);
      const put = fact?.callbackModule === "gen_event" ? putHandlerStates : putState;
      return await put(context.target, pid, state, context.timeouts.callMs);
    }),
  );
  const refused = kept.filter((_, index) => results[index] === "refused");
  if (refused.length === 0) return;
  throw new StepFailure({
    code: "state-not-restored",
    summary: `the old state of ${refused.map(({ pid }) => pidText(pid)).join(", ")} could not be put back`,
    hint: "Restart these processes through their supervisors.",
  });
}
