import type { Pid, Term } from "../terms/term.js";
import { topSupervisor, whichApplications } from "../otp/application.js";
import { dynamicModules, pidText, processFacts } from "../otp/process.js";
import { callbackModuleOf, whichChildren, type Child } from "../otp/supervisor.js";
import { sysState } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import type { WalkAnomaly } from "../upgrade/facts.js";

/** One process of the supervision tree, as `release_handler_1:get_supervised_procs/0` has it. */
export interface WalkedProcess {
  readonly pid: Pid;
  readonly application: string;
  readonly supervisor: Pid | undefined;
  readonly id: Term | undefined;
  readonly type: "worker" | "supervisor";
  readonly modules: readonly string[];
  readonly dynamic: boolean;
  readonly hidden: boolean;
}

export interface Walk {
  readonly processes: readonly WalkedProcess[];
  readonly anomalies: readonly WalkAnomaly[];
}

/**
 * Walks the supervision tree of every running application: its top supervisor, then `which_children` recursively.
 * Finds the same processes with the same modules as `release_handler_1:get_supervised_procs/0`. Where that stops (a
 * suspended supervisor, one that doesn't answer, a `dynamic` child that doesn't), this goes on and says so, and below
 * a supervisor that is declared a worker it goes on too, with what it finds there marked as hidden.
 * @param options.timeoutMs for each question to a process
 */
export async function walkSupervisionTree(target: Target, options: { readonly timeoutMs: number }): Promise<Walk> {
  const applications = await whichApplications(target, options);
  const walker = new Walker(target, options.timeoutMs);
  await Promise.all(applications.map(({ name }) => walker.application(name)));
  return walker.result();
}

class Walker {
  readonly #target: Target;
  readonly #timeoutMs: number;
  /** By pid: a supervisor that is met twice is walked once. */
  readonly #found = new Map<string, WalkedProcess>();
  readonly #anomalies: WalkAnomaly[] = [];

  constructor(target: Target, timeoutMs: number) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
  }

  result(): Walk {
    return { processes: [...this.#found.values()], anomalies: this.#anomalies };
  }

  async application(application: string): Promise<void> {
    const options = { timeoutMs: this.#timeoutMs };
    const top = await topSupervisor(this.#target, application, options);
    if (top === undefined) return;
    const state = await sysState(this.#target, top.pid, options);
    if (state === "noproc") return;
    // A silent supervisor would not tell its module either: one time-out for it is enough.
    const module = state === "running" ? await callbackModuleOf(this.#target, top.pid, options) : undefined;
    if (module === undefined && state === "running") this.#report("callback_module_unknown", top.pid, application);
    this.#add({
      pid: top.pid,
      application,
      supervisor: undefined,
      id: undefined,
      type: "supervisor",
      modules: module === undefined ? [] : [module],
      dynamic: false,
      // OTP leaves out a top process that it can't ask for its module, though not its children.
      hidden: module === undefined,
    });
    await this.#children(top.pid, state, application, false);
  }

  async #supervisor(pid: Pid, application: string, hidden: boolean): Promise<void> {
    const state = await sysState(this.#target, pid, { timeoutMs: this.#timeoutMs });
    await this.#children(pid, state, application, hidden);
  }

  /** The children of a supervisor whose system state is known. */
  async #children(
    supervisor: Pid,
    state: Awaited<ReturnType<typeof sysState>>,
    application: string,
    hidden: boolean,
  ): Promise<void> {
    if (state === "suspended") this.#report("supervisor_suspended", supervisor, application);
    if (state === "not_responding") this.#report("supervisor_not_responding", supervisor, application);
    if (state !== "running") return;
    const children = await whichChildren(this.#target, supervisor, { timeoutMs: this.#timeoutMs });
    if (!Array.isArray(children)) {
      const died = children.kind === "raised";
      if (!died) this.#report("supervisor_not_responding", supervisor, application);
      return;
    }
    const running = children.filter((child) => child.pid !== undefined);
    const disguised = await this.#supervisorsAmong(running);
    await Promise.all(
      running.map((child) => this.#child(child, child.pid!, supervisor, application, hidden, disguised)),
    );
  }

  async #child(
    child: Child,
    pid: Pid,
    supervisor: Pid,
    application: string,
    hidden: boolean,
    disguised: ReadonlySet<string>,
  ): Promise<void> {
    const isDisguised = disguised.has(pidText(pid));
    const modules = child.modules === "dynamic" ? await this.#dynamic(child, pid, application) : child.modules;
    const added = this.#add({
      pid,
      application,
      supervisor,
      id: child.id,
      type: child.type,
      modules,
      dynamic: child.modules === "dynamic",
      hidden,
    });
    if (!added) return;
    if (isDisguised) this.#report("worker_is_supervisor", pid, application);
    if (child.type === "supervisor" || isDisguised) await this.#supervisor(pid, application, hidden || isDisguised);
  }

  /** A worker with `dynamic` modules is asked; a supervisor with them is not, as in OTP. */
  async #dynamic(child: Child, pid: Pid, application: string): Promise<readonly string[]> {
    if (child.type === "supervisor") return [];
    const modules = await dynamicModules(this.#target, pid, this.#timeoutMs);
    if (modules === undefined) this.#report("dynamic_not_responding", pid, application);
    return modules ?? [];
  }

  /** The workers that were started as supervisors, as text. */
  async #supervisorsAmong(children: readonly Child[]): Promise<Set<string>> {
    const workers = children.filter((child) => child.type === "worker");
    const facts = await processFacts(
      this.#target,
      workers.map((child) => child.pid!),
      { timeoutMs: this.#timeoutMs },
    );
    return new Set(facts.flatMap((fact) => (fact?.isSupervisor === true ? [pidText(fact.pid)] : [])));
  }

  #add(process: WalkedProcess): boolean {
    const key = pidText(process.pid);
    if (this.#found.has(key)) return false;
    this.#found.set(key, process);
    return true;
  }

  #report(kind: WalkAnomaly["kind"], pid: Pid, application: string): void {
    this.#anomalies.push({ kind, pid: pidText(pid), application });
  }
}
