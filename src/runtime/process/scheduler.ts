/** How long processes may run before the event loop gets its turn, for timers and sockets. */
const SLICE_MS = 2;
/** How many processes are woken before the time is looked at again. */
const BATCH = 50;

/**
 * The run queue. A process that can go on is put here and never resumed on the spot, so that a chain of messages can
 * neither grow the JavaScript stack nor keep the event loop from its timers.
 */
export class Scheduler {
  #queue: (() => void)[] = [];
  #first = 0;
  #scheduled = false;
  #turnStartedMs = 0;

  /** Has `wake` called soon, after everything that was put here before it. */
  enqueue(wake: () => void): void {
    this.#queue.push(wake);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule();
  }

  #schedule(): void {
    if (performance.now() - this.#turnStartedMs < SLICE_MS) queueMicrotask(this.#run);
    else setImmediate(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#turnStartedMs = performance.now();
    this.#run();
  };

  readonly #run = (): void => {
    const end = Math.min(this.#first + BATCH, this.#queue.length);
    while (this.#first < end) this.#queue[this.#first++]!();
    if (this.#first === this.#queue.length) {
      this.#queue = [];
      this.#first = 0;
      this.#scheduled = false;
      return;
    }
    if (this.#first >= 1024) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    this.#schedule();
  };
}
