import type { Target } from "../target/target.js";
import type { Problem } from "../terms/problem.js";
import type { Term } from "../terms/term.js";
import type { PlanBasis } from "../upgrade/basis.js";
import { differencesOf, type Difference } from "../upgrade/differences.js";
import { suspensionTooLong } from "../upgrade/costs.js";
import { isBlocking, type Finding } from "../upgrade/finding.js";
import type { Plan } from "../upgrade/plan.js";
import { executorOf } from "../upgrade/upgrade.js";
import { execute, type ExecuteOptions } from "./execute.js";
import type { Execution } from "./execution.js";
import type { Guardian, GuardianOptions } from "./guardian/guardian.js";
import { DEFAULT_LEASE_MS } from "./guardian/lease.js";
import { holderOf } from "./guardian/holder.js";
import { postGuardian } from "./guardian/post.js";
import type { Holder } from "./guardian/record.js";
import type { FileJournal } from "./journal/file-journal.js";
import { journalId, type Opening } from "./journal/open.js";
import { objectFileExtension } from "../otp/code.js";
import { DEFAULT_TIMEOUT_MS } from "../otp/invoke.js";
import { executeByReleaseHandler } from "./otp-executor/execute.js";
import { readyHandler } from "./otp-executor/ready.js";
import { planUpgrade, type PlannedUpgrade } from "./plan.js";
import type { PreparedUpgrade } from "./prepared.js";
import { NOTHING_TO_TELL, openBooks, recordInstalled, type Bookkeeping } from "./releases/bookkeeping.js";
import { soak, soakAndLook } from "./soak.js";
import { stalePlan } from "./stale-plan.js";
import { processesToShow, readStates, type StateChange } from "./states.js";

export interface ApplyOptions extends ExecuteOptions {
  /** Codes of findings that don't stand in the way. */
  readonly allowed?: readonly string[];
  /** What the plan that was agreed on rests on: where something of it is otherwise now, nothing is done. */
  readonly agreed?: PlanBasis;
  /** Reads the states of the processes concerned before and after. */
  readonly showStates?: boolean;
  /** How long the node is left to run after the last step before it is looked at again. The signal ends it early. */
  readonly soakMs?: number;
  /** Whether it is also asked then what has ended meanwhile. */
  readonly looksAgain?: boolean;
  /** For each question to a process while the plan is made, as for `planUpgrade`. */
  readonly observeTimeoutMs?: number;
  /** Opens the journal of the upgrade, before anything changes; where it throws, nothing is changed. */
  readonly openJournal?: (opening: Opening) => Promise<FileJournal>;
  /**
   * Whether the node's release handler is told. Default: yes, but for the embedded node, which ends with us: being told, it
   * writes into its root.
   */
  readonly recordsRelease?: boolean;
  /** Who upgrades, as others are told who find the node locked. */
  readonly holder?: Holder;
  /** After so long without a sign of us the node takes the upgrade back by itself. */
  readonly leaseMs?: number;
  /** Waits where another upgrade holds the node, until the deadline at the most. */
  readonly waitsForLock?: boolean;
}

export interface Applied {
  readonly plan: Plan;
  /** What stood in the way; nothing was changed then, and there is no execution. */
  readonly refusedFor: readonly Finding[];
  /** What is otherwise than in the plan that was agreed on; none where none was. */
  readonly differences: readonly Difference[];
  readonly execution: Execution | undefined;
  readonly states: readonly StateChange[];
  /** What has ended while the node was left to run; undefined where nobody looked. */
  readonly soaked?: readonly Problem[];
  /** What the node's release handler was told; undefined where nothing was done. */
  readonly bookkeeping?: Bookkeeping;
  /** Where it is written down, where it is. */
  readonly journal?: FileJournal;
}

/** States read for people to look at: more than this would not be looked at. */
const STATES_SHOWN = 20;
const STATE_TIMEOUT_MS = 2_000;

/**
 * Locks the node, plans a prepared upgrade on it as it is now, and executes the plan, unless something stands in the
 * way. What was done can be taken back later on: its guardian stays on the node.
 * @throws ProblemError with the code `locked` where another upgrade holds the node
 */
export async function applyUpgrade(
  target: Target,
  prepared: PreparedUpgrade,
  options: ApplyOptions = {},
): Promise<Applied> {
  const id = journalId();
  const ours: GuardianOptions = {
    holder: options.holder ?? holderOf(prepared.upgrade, id),
    leaseMs: options.leaseMs ?? DEFAULT_LEASE_MS,
    callMs: DEFAULT_TIMEOUT_MS,
  };
  const guardian = await postGuardian(target, ours, options);
  let isNeeded = false;
  try {
    const applied = await planAndExecute(target, guardian, prepared, options, id);
    isNeeded = applied.execution?.isSettled === false;
    return applied;
  } finally {
    if (isNeeded) guardian.leave();
    else await guardian.forget();
  }
}

async function planAndExecute(
  target: Target,
  guardian: Guardian,
  prepared: PreparedUpgrade,
  options: ApplyOptions,
  id: string,
): Promise<Applied> {
  const { plan, facts }: PlannedUpgrade = await planUpgrade(target, prepared.upgrade, {
    ...(options.observeTimeoutMs !== undefined && { timeoutMs: options.observeTimeoutMs }),
  });
  const differences = options.agreed === undefined ? [] : differencesOf(options.agreed, plan.basis);
  const { maxSuspensionMs } = options;
  const estimatedMs = plan.costs?.suspension.estimatedMs ?? 0;
  const refusedFor = [
    ...plan.findings.filter((finding) => isBlocking(finding, allowedBy(options))),
    ...(maxSuspensionMs !== undefined && estimatedMs > maxSuspensionMs
      ? [suspensionTooLong(plan.costs!, maxSuspensionMs)]
      : []),
    ...(differences.length > 0 ? [stalePlan(differences)] : []),
  ];
  if (refusedFor.length > 0) return { plan, refusedFor, differences, execution: undefined, states: [] };

  const account = executorOf(plan.upgrade) === "otp" ? await readyHandler(target, prepared) : undefined;
  const shown = options.showStates === true ? processesToShow(plan, facts.processes, STATES_SHOWN) : [];
  const before = await readStates(target, shown, STATE_TIMEOUT_MS);
  const journal = await options.openJournal?.({ id, plan, facts, prepared, allowed: options.allowed ?? [] });
  const executing = { ...options, ...(journal && { journal }) };
  const { execution, bookkeeping } =
    account === undefined
      ? await executeHere(target, guardian, plan, prepared, executing)
      : await executeByReleaseHandler(target, plan, prepared, account, executing);
  const soaked = await letRun(target, plan, execution, options);
  // A node that was restarted has other processes, and this connection to it has ended.
  const after = execution.restart === undefined ? await readStates(target, shown, STATE_TIMEOUT_MS) : [];
  const states = shown.map((process, index) => stateChange(process, before[index], after[index]));
  return {
    ...{ plan, refusedFor, differences, execution, states, bookkeeping },
    ...(soaked !== undefined && { soaked }),
    ...(journal && { journal }),
  };
}

/** Lets the node run after its upgrade, and says what has ended meanwhile where that is asked for and can be seen. */
async function letRun(
  target: Target,
  plan: Plan,
  { outcome, restart }: Execution,
  options: ApplyOptions,
): Promise<Problem[] | undefined> {
  if (options.looksAgain === true) {
    if (outcome !== "upgraded") return undefined;
    if (restart === undefined) return await soakAndLook(target, plan, options);
  }
  await soak(options);
  return undefined;
}

/** Does the steps from here, and tells the node's release handler of it. */
async function executeHere(
  target: Target,
  guardian: Guardian,
  plan: Plan,
  prepared: PreparedUpgrade,
  options: ApplyOptions,
): Promise<{ readonly execution: Execution; readonly bookkeeping: Bookkeeping }> {
  const records = options.recordsRelease ?? (await objectFileExtension(target)) === ".beam";
  const closed = records ? await openBooks(target, prepared.upgrade) : NOTHING_TO_TELL;
  const execution = await execute(target, guardian, plan, prepared, options);
  return { execution, bookkeeping: await closeBooks(target, prepared, execution, closed) };
}

/** Tells the node's release handler which release runs now; one that can't be told, or failed, is told nothing. */
async function closeBooks(
  target: Target,
  { upgrade }: PreparedUpgrade,
  execution: Execution,
  closed: Bookkeeping | undefined,
): Promise<Bookkeeping> {
  if (execution.outcome !== "upgraded") return { status: undefined };
  return closed ?? (await recordInstalled(target, upgrade.to, upgrade.script));
}

/** What is done with processes that don't answer is decided: then they don't stand in the way. */
const allowedBy = ({ allowed = [], onUnresponsive = "stop" }: ApplyOptions): readonly string[] =>
  onUnresponsive === "stop" ? allowed : [...allowed, "process-not-responding"];

const stateChange = (
  process: StateChange["process"],
  before: Term | undefined,
  after: Term | undefined,
): StateChange => ({ process, before, after });
