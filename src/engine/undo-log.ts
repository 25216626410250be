import type { ProcessGroup } from "../otp/process-group.js";
import type { Problem } from "../terms/problem.js";
import { atom, binary, tuple, type Pid, type Term } from "../terms/term.js";
import type { OnProgress } from "./events.js";
import { notTakenBack } from "./guardian/failures.js";
import type { Guardian, TakenBack } from "./guardian/guardian.js";
import { row } from "./guardian/undo-action.js";

interface Entry {
  readonly what: string;
  /** Called when it was tried to take it back, with the reason where that failed. */
  readonly whenTried: ((failure: Term | undefined) => void) | undefined;
}

/**
 * What was done so far, so that it can be taken back in the opposite order. It is kept on the node, by the guardian,
 * which also takes it back: in the same way when it is told to and when we are gone.
 */
export class UndoLog {
  readonly #guardian: Guardian;
  readonly #entries: Entry[] = [];
  readonly #groups = new Map<ProcessGroup, number>();

  constructor(guardian: Guardian) {
    this.#guardian = guardian;
  }

  /**
   * Notes how to take back what is about to be done. To be awaited before it is done.
   * @param action of `undo` in guardian/undo-action.ts
   * @param rows what the action needs to know
   * @throws CallError when it can't be noted: then it may not be done
   */
  async push(what: string, action: Term, rows: readonly Term[] = [], whenTried?: Entry["whenTried"]): Promise<void> {
    await this.#note(0, { what, whenTried }, action, rows);
  }

  /** The same for what is to be done when all that was pushed has been taken back: what has to find the node as it was. */
  async pushLast(what: string, action: Term, rows: readonly Term[] = []): Promise<void> {
    await this.#note(1, { what, whenTried: undefined }, action, rows);
  }

  async #note(section: number, entry: Entry, action: Term, rows: readonly Term[]): Promise<void> {
    // The last one first.
    const order = -this.#entries.push(entry);
    await this.#guardian.note([...rows, tuple(tuple(atom("undo"), section, order), binary(entry.what), action)]);
  }

  /** Notes what actions that were pushed already need to know. */
  async tell(rows: readonly Term[]): Promise<void> {
    await this.#guardian.note(rows);
  }

  /**
   * Notes which processes there are now: those that come later began in the middle of the upgrade.
   * @param key a `moment` of guardian/undo-action.ts
   */
  async tellProcesses(key: Term): Promise<void> {
    await this.#guardian.noteProcesses(key);
  }

  /** As `Guardian.beginAnew`. */
  async beginAnew(): Promise<readonly Pid[] | undefined> {
    return await this.#guardian.beginAnew();
  }

  /** The number that actions know a group by, and the row that tells its processes where it is new. */
  group(group: ProcessGroup): { readonly id: number; readonly rows: readonly Term[] } {
    const known = this.#groups.get(group);
    if (known !== undefined) return { id: known, rows: [] };
    const id = this.#groups.size + 1;
    this.#groups.set(group, id);
    return {
      id,
      rows: [
        row.group(
          id,
          group.batches.map(({ encoded }) => encoded),
        ),
      ],
    };
  }

  /**
   * Has everything taken back, the last thing first. An action that fails doesn't keep the earlier ones from being
   * taken back.
   */
  async rollBack(onProgress: OnProgress): Promise<TakenBack & { readonly problems: readonly Problem[] }> {
    onProgress({ kind: "rollback_started", actions: this.#entries.length });
    const taken = await this.#guardian.rollBack();
    const problems: Problem[] = [];
    for (const { what, order, failure } of taken.undone) {
      if (failure === undefined) {
        onProgress({ kind: "undone", what });
      } else {
        const problem = notTakenBack({ what, failure });
        problems.push(problem);
        onProgress({ kind: "undo_failed", what, problem });
      }
      this.#entries[-order - 1]?.whenTried?.(failure);
    }
    if (taken.phase === "rolled_back" || taken.phase === "failed") return { ...taken, problems };
    return { ...taken, problems: [...problems, ...this.abandon()] };
  }

  /** What is left to take back where we can't see it done. */
  abandon(): Problem[] {
    return this.#entries.map(({ what }) => ({
      code: "not-taken-back",
      severity: "error",
      summary: `it could not be seen whether the node has done this: ${what}`,
    }));
  }
}
