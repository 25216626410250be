import { ProcessGroup } from "../../otp/process-group.js";
import { pidText } from "../../otp/process.js";
import { putState, type PutState } from "../../otp/put-state.js";
import { deleteChild, whichChildrenEach } from "../../otp/supervisor.js";
import { changeCodeEach, fateOf, stateOfEach } from "../../otp/sys.js";
import { atomName } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { atom, nil, type Pid, type Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { pidsIn } from "../pids-in.js";

/**
 * How the state of a supervisor is taken back. It holds the pids of its children: where children have come or gone since
 * it was kept, putting it back would leave dead pids in it and living children out of it. Then the supervisor reads its
 * old specification anew instead, as it read the new one, when its old code is back.
 */

/** Notes what the children of the processes that are about to be suspended are, as far as these are supervisors. */
export function noteChildren(group: ProcessGroup, context: ExecutionContext): void {
  for (const pid of group.pids) {
    const key = pidText(pid);
    const children = context.population.childrenOf(pid);
    if (children.length > 0 && !context.childrenBefore.has(key)) context.childrenBefore.set(key, children);
  }
}

/** Puts the kept state of a suspended supervisor back, or notes that it has to read its old specification. */
export async function restoreSupervisor(pid: Pid, kept: Term, context: ExecutionContext): Promise<PutState> {
  const { callMs } = context.timeouts;
  const [outcome] = await stateOfEach(context.target, new ProcessGroup([pid]), callMs);
  if (outcome!.kind !== "returned") return fateOf(outcome!) === "gone" ? "gone" : "refused";
  const now = outcome!.value;
  if (equals(now, kept)) return "put";
  if (haveSamePids(now, kept)) return await putState(context.target, pid, kept, callMs);
  context.unsettled.set(pidText(pid), pid);
  return "put";
}

function haveSamePids(a: Term, b: Term): boolean {
  const [ofA, ofB] = [pidsIn(a), pidsIn(b)];
  return ofA.size === ofB.size && [...ofA].every((pid) => ofB.has(pid));
}

/** Has the supervisors of the group that need it read their old specification; their old code must be back. */
export async function settleSupervisors(
  module: string,
  group: ProcessGroup,
  context: ExecutionContext,
): Promise<Pid[]> {
  const unsettled = group.pids.filter((pid) => context.unsettled.delete(pidText(pid)));
  // What a supervisor makes of the version and the argument is nothing: it calls its init/1.
  const change = { module, vsn: atom("undefined"), extra: nil, timeout: context.timeouts.codeChangeMs };
  const outcomes = await changeCodeEach(context.target, new ProcessGroup(unsettled), change);
  const failed = unsettled.filter((_, index) => {
    const outcome = outcomes[index]!;
    return fateOf(outcome) !== "gone" && !(outcome.kind === "returned" && atomName(outcome.value) === "ok");
  });
  if (failed.length > 0) {
    throw new StepFailure({
      code: "state-not-restored",
      summary: `${failed.map(pidText).join(", ")} would not read the old specification of ${module} again`,
      detail: "The supervisor goes on with the children that the new version says.",
      hint: `See the node's log for what ${module}:init/1 raises when it is called a second time.`,
    });
  }
  return unsettled;
}

/** Takes away what supervisors that run again have got to know of children that weren't there before, and don't run. */
export async function forgetNewChildren(supervisors: readonly Pid[], context: ExecutionContext): Promise<void> {
  const options = { timeoutMs: context.timeouts.callMs };
  const told = await whichChildrenEach(context.target, supervisors, options.timeoutMs);
  for (const [index, pid] of supervisors.entries()) {
    const children = told[index]!;
    const before = context.childrenBefore.get(pidText(pid));
    if (!Array.isArray(children) || before === undefined) continue;
    const isNew = (id: Term): boolean => !before.some((child) => equals(child.id, id));
    for (const child of children) {
      if (child.pid === undefined && isNew(child.id)) await deleteChild(context.target, pid, child.id, options);
    }
  }
}
