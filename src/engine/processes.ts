import { pidText, processes, processFacts, type ProcessFacts } from "../otp/process.js";
import type { Target } from "../target/target.js";
import type { Pid } from "../terms/term.js";
import type { ObservedProcess } from "../upgrade/facts.js";
import { runningCode, type RunningCode } from "./running-code.js";
import { walkSupervisionTree, type Walk, type WalkedProcess } from "./walk.js";

export interface ObservedProcesses {
  readonly walk: Walk;
  /** Every process of the node, supervised or not. */
  readonly processes: readonly ObservedProcess[];
  /** The same as pids, with those that ended meanwhile. */
  readonly pids: readonly Pid[];
}

/**
 * Observes every process of a node: its place in the supervision tree, and what it really runs.
 * @param options.timeoutMs for each question to a process
 */
export async function observeProcesses(
  target: Target,
  options: { readonly timeoutMs: number },
): Promise<ObservedProcesses> {
  const [walk, all] = await Promise.all([walkSupervisionTree(target, options), processes(target, options)]);
  const walked = byPid(walk.processes);
  // A process may have come between the list and the walk.
  const listed = new Set(all.map(pidText));
  const pids = [...all, ...walk.processes.map(({ pid }) => pid).filter((pid) => !listed.has(pidText(pid)))];
  const told = await processFacts(target, pids, { timeoutMs: options.timeoutMs * 4 });
  const facts = told.filter((fact) => fact !== undefined);
  const running = await runningCode(target, facts, options);
  const observed = facts.map((fact, index) => observedProcess(fact, running[index]!, walked.get(pidText(fact.pid))));
  return { walk, processes: observed, pids };
}

/** A process that two supervisors have counts once: what OTP's walk sees of it, with the modules that both say. */
function byPid(processes: readonly WalkedProcess[]): Map<string, WalkedProcess> {
  const found = new Map<string, WalkedProcess>();
  for (const process of processes) {
    const key = pidText(process.pid);
    const known = found.get(key);
    if (known === undefined || (known.hidden && !process.hidden)) found.set(key, process);
    else if (known.hidden === process.hidden) {
      found.set(key, { ...known, modules: [...new Set([...known.modules, ...process.modules])] });
    }
  }
  return found;
}

function observedProcess(fact: ProcessFacts, running: RunningCode, walked: WalkedProcess | undefined): ObservedProcess {
  return {
    pid: fact.pid,
    text: pidText(fact.pid),
    application: walked?.application,
    supervisor: walked?.supervisor === undefined ? undefined : pidText(walked.supervisor),
    supervised: walked !== undefined,
    hidden: walked?.hidden ?? false,
    id: walked?.id,
    type: walked?.type ?? (fact.isSupervisor ? "supervisor" : "worker"),
    modules: walked?.modules ?? [],
    dynamic: walked?.dynamic ?? false,
    registeredName: fact.registeredName,
    messageQueueLength: fact.messageQueueLength,
    ...running,
  };
}
