import type { Pid } from "../terms/term.js";
import { pidText } from "../otp/process.js";

/** How long processes were suspended, in milliseconds; one that still is counts with the time until now. */
export interface SuspensionTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** For each process that was suspended, by its pid as text: the longest time. */
  readonly byProcess: ReadonlyMap<string, number>;
  /** The processes, as text, whose resume was not answered. */
  readonly stillSuspended: readonly string[];
}

/**
 * Keeps who is suspended and since when. Times are taken here, from before the suspend is sent to after the resume is
 * answered, so that they never say less than it was.
 */
export class Suspensions {
  readonly #now: () => number;
  readonly #since = new Map<string, { readonly pid: Pid; readonly at: number }>();
  readonly #durations: number[] = [];
  readonly #longest = new Map<string, number>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The time to be noted for what is sent next. */
  now(): number {
    return this.#now();
  }

  suspended(pid: Pid, at: number): void {
    const key = pidText(pid);
    if (!this.#since.has(key)) this.#since.set(key, { pid, at });
  }

  resumed(pid: Pid): void {
    const key = pidText(pid);
    const entry = this.#since.get(key);
    if (entry === undefined) return;
    this.#since.delete(key);
    const duration = this.#now() - entry.at;
    this.#durations.push(duration);
    this.#longest.set(key, Math.max(duration, this.#longest.get(key) ?? 0));
  }

  isSuspended(pid: Pid): boolean {
    return this.#since.has(pidText(pid));
  }

  /** Who is suspended now, as text. */
  pids(): string[] {
    return [...this.#since.keys()];
  }

  times(): SuspensionTimes {
    const now = this.#now();
    const running = [...this.#since].map(([key, { at }]) => [key, now - at] as const);
    const sorted = [...this.#durations, ...running.map(([, ms]) => ms)].sort((a, b) => a - b);
    const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    const longest = new Map(this.#longest);
    for (const [key, ms] of running) longest.set(key, Math.max(ms, longest.get(key) ?? 0));
    return {
      count: sorted.length,
      p50Ms: round(quantile(0.5)),
      p99Ms: round(quantile(0.99)),
      maxMs: round(sorted.at(-1) ?? 0),
      byProcess: new Map([...longest].map(([pid, ms]) => [pid, round(ms)])),
      stillSuspended: running.map(([key]) => key),
    };
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
