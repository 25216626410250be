/** The longest a timer can run; a longer one would fire at once. In milliseconds. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** A time in milliseconds as a timer takes it: at least 0, at most 24 days; `Infinity` is that. */
export function timerMs(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(Math.ceil(ms), 0), LONGEST_TIMER_MS);
}

/** The moment by which a connection must stand: one for all phases. */
export class Deadline {
  readonly timeoutMs: number;
  readonly #at: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#at = performance.now() + timeoutMs;
  }

  /** What is left, in milliseconds; 0 when it has passed. */
  get remainingMs(): number {
    return timerMs(this.#at - performance.now());
  }
}
