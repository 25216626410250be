/** Where the node takes its time from. Injected, so that tests decide how time passes. */
export interface Clock {
  /** Milliseconds since some fixed point, never going back. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Calls `fire` once after `delayMs`; the returned function takes it back. */
  setTimer(delayMs: number, fire: () => void): () => void;
}

/** What `setTimeout` can hold; longer delays are waited for in pieces. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The time of the machine. Its timers keep Node.js alive only while they are set. */
export class RealClock implements Clock {
  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      handle =
        leftMs <= LONGEST_DELAY_MS
          ? setTimeout(fire, leftMs)
          : setTimeout(() => {
              wait(leftMs - LONGEST_DELAY_MS);
            }, LONGEST_DELAY_MS);
    };
    wait(delayMs);
    return () => {
      clearTimeout(handle);
    };
  }
}

interface ManualTimer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time that passes only when {@link ManualClock.advance} says so. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #made = 0;
  readonly #timers = new Set<ManualTimer>();

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, order: this.#made++, fire };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass: fires what becomes due in its order, and lets the processes run after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#first(); next !== undefined && next.atMs <= endMs; next = this.#first()) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fire();
      await settle();
    }
    this.#nowMs = endMs;
  }

  #first(): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** Turns of the event loop after which processes that only wait for each other have come to rest. */
const TURNS_TO_SETTLE = 10;

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn++) await new Promise((resolve) => setImmediate(resolve));
}
