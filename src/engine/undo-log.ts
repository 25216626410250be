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

  /** Notes how to take back what was just done, or what is about to be done where it may stop half-way. */
  push(what: string, undo: () => Promise<void>): void {
    this.#actions.push({ what, undo });
  }

  /**
   * Takes everything back, the last thing first. An action that fails doesn't keep the earlier ones from being taken
   * back. Gives what could not be taken back: nothing, where the node is as it was.
   */
  async rollBack(onProgress: OnProgress): Promise<Problem[]> {
    const problems: Problem[] = [];
    onProgress({ kind: "rollback_started", actions: this.#actions.length });
    for (const action of this.#actions.splice(0).reverse()) {
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
    return this.#actions
      .splice(0)
      .reverse()
      .map(({ what }) => ({
        code: "not-taken-back",
        severity: "error",
        summary: `the node could not be asked to ${what}`,
      }));
  }
}
