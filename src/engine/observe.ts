import { loadedModules, type LoadedModule } from "../otp/code.js";
import { whichApplications } from "../otp/application.js";
import { ProcessGroup } from "../otp/process-group.js";
import { pidText, processesOnOldCode } from "../otp/process.js";
import { answersEach } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import type { Facts, ObservedModule, ObservedProcess, RemoteChild } from "../upgrade/facts.js";
import { suspendedFor, type SelectionOptions } from "../upgrade/selection.js";
import { observeProcesses } from "./processes.js";
import type { WalkedProcess } from "./walk.js";
import type { Pid } from "../terms/term.js";

/** With the selection that the upgrade will make of processes. */
export interface ObserveOptions extends SelectionOptions {
  /** The modules that an upgrade names; their code is looked at. */
  readonly modules: readonly string[];
  /** Whether the code of all modules is looked at that processes run or child specifications name. */
  readonly everyModule?: boolean;
  /** Modules whose processes would be suspended: those are asked whether they answer system messages. */
  readonly probe: readonly string[];
  /** For each question to a process. */
  readonly timeoutMs: number;
}

/** Observes a node: its applications, every process with its real callback module, and the modules asked for. */
export async function observe(target: Target, options: ObserveOptions): Promise<Facts> {
  const [applications, { walk, processes, pids }] = await Promise.all([
    whichApplications(target, options),
    observeProcesses(target, options),
  ]);
  const modules = new Set([...options.modules, ...(options.everyModule === true ? modulesOf(processes) : [])]);
  const loaded = await loadedModules(target, [...modules], options);
  return {
    node: target.identity.node,
    creation: target.identity.creation,
    otpRelease: target.identity.otpRelease,
    applications,
    processes,
    anomalies: walk.anomalies,
    remoteChildren: walk.remote.map(remoteChild),
    modules: await observeModules(target, loaded, pids, options.timeoutMs),
    notResponding: await notResponding(target, processes, options),
  };
}

/** The modules that processes run, or whose names their child specifications give. */
function modulesOf(processes: readonly ObservedProcess[]): Set<string> {
  return new Set(
    processes.flatMap(({ callbackModule, modules, handlers = [], stack = [] }) => [
      ...(callbackModule === undefined ? [] : [callbackModule]),
      ...[...modules, ...handlers, ...stack],
    ]),
  );
}

function remoteChild({ pid, application, supervisor, id, type, modules }: WalkedProcess): RemoteChild {
  return {
    node: pid.node.name,
    text: pidText(pid),
    application,
    supervisor: supervisor === undefined ? undefined : pidText(supervisor),
    ...{ id, type, modules },
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
  const concerned = [...new Set(options.probe.flatMap((module) => suspendedFor(module, observed, options)))];
  const answers = await answersEach(target, new ProcessGroup(concerned.map(({ pid }) => pid)), options.timeoutMs);
  return new Set(concerned.filter((_, index) => answers[index] === false).map(({ text }) => text));
}
