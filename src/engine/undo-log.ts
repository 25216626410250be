import type { Problem } from "../terms/problem.js";
import { problemOf } from "./failure.js";
import type { OnProgress } from "./events.js";

/** One thing that was done, and how it is taken back. */
interface UndoAction {
  readonly what: string;
  readonly undo: () => Promise<void>;
}

/** What was done so far, so that it can be taken back in the opposite order. */
export class UndoLog {
  readonly #actions: UndoAction[] = [];
  readonly #last: UndoAction[] = [];

  /** Notes how to take back what was just done, or what is about to be done where it may stop half-way. */
  push(what: string, undo: () => Promise<void>): void {
    this.#actions.push({ what, undo });
  }

  /** Notes what is to be done when all that was pushed has been taken back: what has to find the node as it was. */
  pushLast(what: string, undo: () => Promise<void>): void {
    this.#last.push({ what, undo });
  }

  #take(): UndoAction[] {
    return [...this.#actions.splice(0).reverse(), ...this.#last.splice(0).reverse()];
  }

  /**
   * Takes everything back, the last thing first. An action that fails doesn't keep the earlier ones from being taken
   * back. Gives what could not be taken back: nothing, where the node is as it was.
   */
  async rollBack(onProgress: OnProgress): Promise<Problem[]> {
    const problems: Problem[] = [];
    const actions = this.#take();
    onProgress({ kind: "rollback_started", actions: actions.length });
    for (const action of actions) {
      try {
        await action.undo();
        onProgress({ kind: "undone", what: action.what });
      } catch (error) {
        const problem = problemOf(error, "undo-failed", `could not ${action.what}`);
        problems.push(problem);
        onProgress({ kind: "undo_failed", what: action.what, problem });
      }
    }
    return problems;
  }

  /** What is left to take back where the node can't be reached any more: nothing is tried. */
  abandon(): Problem[] {
    return this.#take().map(({ what }) => ({
      code: "not-taken-back",
      severity: "error",
      summary: `the node could not be asked to ${what}`,
    }));
  }
}
