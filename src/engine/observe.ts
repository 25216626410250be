import { loadedModules, type LoadedModule } from "../otp/code.js";
import { whichApplications } from "../otp/application.js";
import { ProcessGroup } from "../otp/process-group.js";
import { pidText, processFacts, processes, processesOnOldCode, type ProcessFacts } from "../otp/process.js";
import { answersEach } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import type { Facts, ObservedModule, ObservedProcess } from "../upgrade/facts.js";
import { walkSupervisionTree, type WalkedProcess } from "./walk.js";
import type { Pid } from "../terms/term.js";

export interface ObserveOptions {
  /** The modules that an upgrade names; their code is looked at. */
  readonly modules: readonly string[];
  /** Modules whose processes would be suspended: those are asked whether they answer system messages. */
  readonly probe: readonly string[];
  /** For each question to a process. */
  readonly timeoutMs: number;
}

/** Observes a node: its applications, every process with its real callback module, and the modules asked for. */
export async function observe(target: Target, options: ObserveOptions): Promise<Facts> {
  const [applications, walk, all] = await Promise.all([
    whichApplications(target, options),
    walkSupervisionTree(target, options),
    processes(target, options),
  ]);
  const walked = byPid(walk.processes);
  // A process may have come between the list and the walk.
  const listed = new Set(all.map(pidText));
  const pids = [...all, ...walk.processes.map(({ pid }) => pid).filter((pid) => !listed.has(pidText(pid)))];
  const facts = await processFacts(target, pids, { timeoutMs: options.timeoutMs * 4 });
  const observed = facts.flatMap((fact) =>
    fact === undefined ? [] : [observedProcess(fact, walked.get(pidText(fact.pid)))],
  );
  const loaded = await loadedModules(target, options.modules, options);
  return {
    node: target.identity.node,
    creation: target.identity.creation,
    otpRelease: target.identity.otpRelease,
    applications,
    processes: observed,
    anomalies: walk.anomalies,
    modules: await observeModules(target, loaded, pids, options.timeoutMs),
    notResponding: await notResponding(target, observed, options),
  };
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

function observedProcess(fact: ProcessFacts, walked: WalkedProcess | undefined): ObservedProcess {
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
    callbackModule: fact.callbackModule,
    registeredName: fact.registeredName,
    messageQueueLength: fact.messageQueueLength,
  };
}

async function observeModules(
  target: Target,
  loaded: readonly LoadedModule[],
  pids: readonly Pid[],
  timeoutMs: number,
): Promise<Map<string, ObservedModule>> {
  const observed = loaded.map(async (module): Promise<[string, ObservedModule]> => {
    const onOldCode = module.hasOldCode ? await processesOnOldCode(target, module.module, pids, { timeoutMs }) : [];
    return [module.module, { ...module, processesOnOldCode: onOldCode.map(pidText) }];
  });
  return new Map(await Promise.all(observed));
}

/** Of the processes that would be suspended, those that don't answer a system message in time. */
async function notResponding(
  target: Target,
  observed: readonly ObservedProcess[],
  options: ObserveOptions,
): Promise<Set<string>> {
  const probed = new Set(options.probe);
  const concerned = observed.filter(
    (process) => process.supervised && !process.hidden && process.modules.some((module) => probed.has(module)),
  );
  const answers = await answersEach(target, new ProcessGroup(concerned.map(({ pid }) => pid)), options.timeoutMs);
  return new Set(concerned.filter((_, index) => answers[index] === false).map(({ text }) => text));
}
