import type { Pid } from "../terms/term.js";
import { pidText } from "../otp/process.js";
import type { Child } from "../otp/supervisor.js";
import type { Target } from "../target/target.js";
import type { ObservedProcess, WalkAnomaly } from "../upgrade/facts.js";
import type { Finding, FindingCode } from "../upgrade/finding.js";
import { isChosen, type Choice } from "../upgrade/choice.js";
import { isMissedButSuspendable } from "../upgrade/running.js";
import { StepFailure } from "./failure.js";
import { observeProcesses } from "./processes.js";
import { walkSupervisionTree, type WalkedProcess } from "./walk.js";

const BLIND: ReadonlySet<string> = new Set<FindingCode>(["process-not-responding", "supervisor-suspended"]);

/**
 * The supervised processes during an upgrade, walked anew for each suspend and stop as `release_handler_1` does. A
 * supervisor that the upgrade itself has suspended can't be asked for its children: those of the last walk stand.
 */
export class Population {
  readonly #target: Target;
  readonly #timeoutMs: number;
  readonly #isSuspendedByUs: (pid: Pid) => boolean;
  readonly #knownBlind: ReadonlySet<string>;
  #last: readonly WalkedProcess[] = [];
  readonly #children = new Map<string, readonly Child[]>();

  /** @param findings of the plan: a supervisor that couldn't be asked when it was made is one that the user lets pass */
  constructor(
    target: Target,
    timeoutMs: number,
    isSuspendedByUs: (pid: Pid) => boolean,
    findings: readonly Finding[] = [],
  ) {
    this.#knownBlind = new Set(findings.filter(({ code }) => BLIND.has(code)).flatMap(({ pids }) => pids));
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.#isSuspendedByUs = isSuspendedByUs;
  }

  /** The processes that have `module` among their modules now, per module asked for. */
  async processesOf(modules: readonly string[]): Promise<Map<string, WalkedProcess[]>> {
    const processes = await this.#walk();
    return new Map(
      modules.map((module) => [
        module,
        processes.filter((process) => !process.hidden && process.modules.includes(module)),
      ]),
    );
  }

  /**
   * The processes that run `module` now though no child specification that OTP's walk sees names it, per module asked
   * for: what `--include-missed` adds. All processes of the node are looked at.
   */
  async missedOf(modules: readonly string[]): Promise<Map<string, Pid[]>> {
    return await this.#observed(modules, isMissedButSuspendable);
  }

  /** The processes that each module is to be changed in now, by a choice: all processes of the node are looked at. */
  async chosenOf(modules: readonly string[], choice: Choice): Promise<Map<string, Pid[]>> {
    return await this.#observed(modules, (process, module) => isChosen(process, module, choice));
  }

  async #observed(
    modules: readonly string[],
    isMeant: (process: ObservedProcess, module: string) => boolean,
  ): Promise<Map<string, Pid[]>> {
    const { processes } = await observeProcesses(this.#target, { timeoutMs: this.#timeoutMs });
    return new Map(
      modules.map((module) => [module, processes.filter((process) => isMeant(process, module)).map(({ pid }) => pid)]),
    );
  }

  /** The children that a supervisor told when it was asked last; none where it never was. */
  childrenOf(supervisor: Pid): readonly Child[] {
    return this.#children.get(pidText(supervisor)) ?? [];
  }

  async #walk(): Promise<readonly WalkedProcess[]> {
    const { processes, children, anomalies } = await walkSupervisionTree(this.#target, { timeoutMs: this.#timeoutMs });
    const ours = new Set(this.#last.filter(({ pid }) => this.#isSuspendedByUs(pid)).map(({ pid }) => pidText(pid)));
    const unseen = anomalies.find(({ kind, pid }) => {
      if (this.#knownBlind.has(pid)) return false;
      return kind === "supervisor_not_responding" || (kind === "supervisor_suspended" && !ours.has(pid));
    });
    if (unseen !== undefined) throw notAsked(unseen);
    const seen = new Set(processes.map(({ pid }) => pidText(pid)));
    this.#last = [...processes, ...this.#behindSuspended(seen)];
    for (const [supervisor, told] of children) this.#children.set(supervisor, told);
    return this.#last;
  }

  /** What the last walk had below supervisors that are suspended by us now. */
  #behindSuspended(seen: ReadonlySet<string>): WalkedProcess[] {
    const supervisorOf = new Map(this.#last.map(({ pid, supervisor }) => [pidText(pid), supervisor]));
    const isBehind = (supervisor: Pid | undefined): boolean =>
      supervisor !== undefined &&
      (this.#isSuspendedByUs(supervisor) || isBehind(supervisorOf.get(pidText(supervisor))));
    return this.#last.filter(({ pid, supervisor }) => !seen.has(pidText(pid)) && isBehind(supervisor));
  }
}

/** What is below a supervisor that doesn't tell its children would be passed over, and meet new code with old state. */
const notAsked = ({ pid, application }: WalkAnomaly): StepFailure =>
  new StepFailure({
    code: "process-not-responding",
    summary: `the supervisor ${pid} in ${application} did not tell its children`,
    detail: "It did when the plan was made. What is below it can't be seen now, and would be passed over.",
    hint: "Find out what it is doing (process_info(Pid, current_stacktrace)); it may be starting a child that takes long.",
  });
