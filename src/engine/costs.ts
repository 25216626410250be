import { infoEach } from "../otp/each-process.js";
import { CallError, invoke } from "../otp/invoke.js";
import { ProcessGroup } from "../otp/process-group.js";
import { answersEach } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import { listElements, tupleElements } from "../terms/access.js";
import type { Term } from "../terms/term.js";
import type { Costs } from "../upgrade/costs.js";
import type { Facts, ObservedProcess } from "../upgrade/facts.js";
import type { Plan } from "../upgrade/plan.js";

/** Round trips of a step besides the messages to its processes: what is noted before, what is done after. */
const ROUND_TRIPS_A_STEP = 3;

/**
 * Measures on the node what a plan will cost it: the memory of the processes whose states will be kept, and the time that
 * the processes to be suspended take to answer a message.
 * @param timeoutMs for each question to a process
 * @throws CallError when the node can't be asked
 */
export async function measureCosts(target: Target, plan: Plan, facts: Facts, timeoutMs: number): Promise<Costs> {
  const suspended = touchedBy(plan, "suspend");
  const changed = touchedBy(plan, "code_change");
  const keeps = plan.upgrade.keepState !== "never";
  const memoryBytes = keeps ? await memoryOf(target, changed, timeoutMs) : 0;
  const keptStates = { processes: keeps ? changed.length : 0, memoryBytes };
  if (suspended.length === 0) return { keptStates, suspension: { processes: 0, estimatedMs: 0 } };

  const answering = suspended.filter(({ text }) => !facts.notResponding.has(text));
  const group = new ProcessGroup(answering.map(({ pid }) => pid));
  const roundTripMs = await timed(() => invoke(target, "erlang:self/0", []));
  const oncePerProcessMs = await timed(() => answersEach(target, group, timeoutMs));
  // Suspended and resumed; changed, and asked for the state before that.
  const share = changed.length / suspended.length;
  const passes = 2 + share * (keeps ? 2 : 1);
  const estimatedMs = oncePerProcessMs * passes + roundTripMs * ROUND_TRIPS_A_STEP * stepsWhileSuspended(plan);
  return { keptStates, suspension: { processes: suspended.length, estimatedMs: Math.round(estimatedMs * 10) / 10 } };
}

/** The processes of all steps of a kind, each once. */
function touchedBy({ steps }: Plan, name: "suspend" | "code_change"): ObservedProcess[] {
  const touched = steps.filter(({ instruction }) => instruction.instruction === name);
  return [...new Map(touched.flatMap(({ processes }) => processes.map((each) => [each.text, each]))).values()];
}

/** From the first suspend to the last resume. */
function stepsWhileSuspended({ steps }: Plan): number {
  const names = steps.map(({ instruction }) => instruction.instruction);
  return Math.max(0, names.lastIndexOf("resume") - names.indexOf("suspend") + 1);
}

async function memoryOf(target: Target, processes: readonly ObservedProcess[], timeoutMs: number): Promise<number> {
  if (processes.length === 0) return 0;
  const group = new ProcessGroup(processes.map(({ pid }) => pid));
  const outcomes = await infoEach(target, group, ["memory"], timeoutMs);
  return outcomes.reduce((sum, outcome) => {
    if (outcome.kind !== "returned") throw new CallError("erlang:process_info/2", outcome);
    return sum + memoryIn(outcome.value);
  }, 0);
}

/** `{InitialCall, [{memory, Bytes}]}`; a dead process has none. */
function memoryIn(term: Term): number {
  const [item] = listElements(tupleElements(term, 2)?.[1]) ?? [];
  return Number(tupleElements(item, 2)?.[1] ?? 0);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
