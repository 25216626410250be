import { StepFailure } from "./failure.js";
import type { Suspensions } from "./suspension.js";

/** How long an upgrade may take; it is taken back when that is over. */
export interface Limits {
  /** How long processes may be suspended, from the first suspend to the last resume. */
  readonly maxSuspensionMs?: number | undefined;
  /** When the whole has to be done, by `performance.now()`. */
  readonly deadlineAt?: number | undefined;
}

const LOOK_EVERY_MS = 10;

/** Keeps an upgrade within its limits, between its steps and while one is at work. */
export class Budget {
  readonly #limits: Limits;
  readonly #suspensions: Suspensions;

  constructor(limits: Limits, suspensions: Suspensions) {
    this.#limits = limits;
    this.#suspensions = suspensions;
  }

  /**
   * Does something as long as the limits hold. When they don't any more it is left alone: what it still sends is kept
   * from the node by the guardian's fence, once that has begun to take the upgrade back.
   * @throws StepFailure with the code `suspension-too-long` or `deadline-passed`; what `work` throws
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const exceeded = this.#exceeded();
    if (exceeded !== undefined) throw exceeded;
    const { maxSuspensionMs, deadlineAt } = this.#limits;
    if (maxSuspensionMs === undefined && deadlineAt === undefined) return await work();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const failure = this.#exceeded();
        if (failure !== undefined) reject(failure);
      }, LOOK_EVERY_MS);
    });
    const working = work();
    try {
      return await Promise.race([working, over]);
    } finally {
      clearInterval(timer);
      // What becomes of it when it was left alone is of no account.
      working.catch(() => undefined);
    }
  }

  #exceeded(): StepFailure | undefined {
    const { maxSuspensionMs, deadlineAt } = this.#limits;
    if (maxSuspensionMs !== undefined && this.#suspensions.windowMs() > maxSuspensionMs) {
      return new StepFailure({
        code: "suspension-too-long",
        summary: `processes were suspended for more than ${maxSuspensionMs} ms`,
        detail: "That is as long as --max-suspension lets them be.",
        hint: "See with relupctl plan how many processes are suspended, and how long that takes at least.",
      });
    }
    if (deadlineAt !== undefined && performance.now() > deadlineAt) {
      return new StepFailure({
        code: "deadline-passed",
        summary: "the upgrade was not done in the time that --deadline gives it",
        hint: "See in the journal which step took long.",
      });
    }
    return undefined;
  }
}
