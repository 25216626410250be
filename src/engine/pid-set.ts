import { pidText } from "../otp/process.js";
import type { Pid } from "../terms/term.js";

/**
 * Processes, as text. What is added is looked at only when somebody asks: while thousands of processes are suspended,
 * nobody should wait for their names to be written.
 */
export class PidSet {
  readonly #pids = new Set<string>();
  #added: (readonly Pid[])[] = [];

  add(pid: Pid): void {
    this.addAll([pid]);
  }

  addAll(pids: readonly Pid[]): void {
    this.#added.push(pids);
  }

  /** All that were added, as text. */
  asText(): ReadonlySet<string> {
    const added = this.#added;
    this.#added = [];
    for (const pids of added) for (const pid of pids) this.#pids.add(pidText(pid));
    return this.#pids;
  }
}
