/** How many processes are woken within one turn of the event loop, before timers and sockets get theirs. */
const WAKES_PER_TURN = 500;

/**
 * The run queue. A process that can go on is put here and never resumed on the spot, so that a chain of messages can
 * neither grow the JavaScript stack nor keep the event loop from its timers.
 */
export class Scheduler {
  #queue: (() => void)[] = [];
  #scheduled = false;
  #wakesThisTurn = 0;

  /** Has `wake` called soon, after everything that was put here before it. */
  enqueue(wake: () => void): void {
    this.#queue.push(wake);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#wakesThisTurn < WAKES_PER_TURN) queueMicrotask(this.#run);
    else setImmediate(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#wakesThisTurn = 0;
    this.#run();
  };

  readonly #run = (): void => {
    const batch = this.#queue;
    this.#queue = [];
    this.#wakesThisTurn += batch.length;
    for (const wake of batch) wake();
    if (this.#queue.length > 0) this.#schedule();
    else this.#scheduled = false;
  };
}
