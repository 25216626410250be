import type { Pid } from "../terms/term.js";
import { pidText } from "../otp/process.js";
import type { Target } from "../target/target.js";
import { walkSupervisionTree, type WalkedProcess } from "./walk.js";

/**
 * The supervised processes during an upgrade, walked anew for each suspend and stop as `release_handler_1` does. A
 * supervisor that the upgrade itself has suspended can't be asked for its children: those of the last walk stand.
 */
export class Population {
  readonly #target: Target;
  readonly #timeoutMs: number;
  readonly #isSuspendedByUs: (pid: Pid) => boolean;
  #last: readonly WalkedProcess[] = [];

  constructor(target: Target, timeoutMs: number, isSuspendedByUs: (pid: Pid) => boolean) {
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

  async #walk(): Promise<readonly WalkedProcess[]> {
    const { processes } = await walkSupervisionTree(this.#target, { timeoutMs: this.#timeoutMs });
    const seen = new Set(processes.map(({ pid }) => pidText(pid)));
    this.#last = [...processes, ...this.#behindSuspended(seen)];
    return this.#last;
  }

  /** What the last walk had below supervisors that are suspended by us now. */
  #behindSuspended(seen: ReadonlySet<string>): WalkedProcess[] {
    const behind = new Set<string>();
    const found: WalkedProcess[] = [];
    // A supervisor stands before its children in a walk.
    for (const process of this.#last) {
      const { supervisor } = process;
      if (supervisor === undefined || seen.has(pidText(process.pid))) continue;
      if (!this.#isSuspendedByUs(supervisor) && !behind.has(pidText(supervisor))) continue;
      behind.add(pidText(process.pid));
      found.push(process);
    }
    return found;
  }
}
