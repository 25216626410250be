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

/** What happened to some processes at one time. */
interface Change {
  readonly pids: readonly Pid[];
  readonly kind: "suspended" | "resumed";
  readonly at: number;
}

/**
 * Keeps who is suspended and since when. Times are taken here, from before the suspend is sent to after the resume is
 * answered, so that they never say less than it was. What is told is looked at only when somebody asks: meanwhile
 * thousands of processes wait.
 */
export class Suspensions {
  readonly #now: () => number;
  #changes: Change[] = [];
  readonly #since = new Map<string, number>();
  readonly #durations: number[] = [];
  readonly #longest = new Map<string, number>();
  /** Since when, and how many times, somebody is suspended: nobody is looked at one by one for it. */
  #windowAt: number | undefined;
  #held = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Suspends are about to be sent: the time to be noted for them. */
  begin(): number {
    const now = this.#now();
    this.#windowAt ??= now;
    return now;
  }

  suspended(pids: readonly Pid[], at: number): void {
    this.#changes.push({ pids, kind: "suspended", at });
    this.#hold(pids.length);
  }

  resumed(pids: readonly Pid[]): void {
    this.#changes.push({ pids, kind: "resumed", at: this.#now() });
    this.#hold(-pids.length);
  }

  #hold(more: number): void {
    this.#held = Math.max(0, this.#held + more);
    if (this.#held === 0) this.#windowAt = undefined;
  }

  /** For how long by now somebody has been suspended, or might be; 0 while nobody is. */
  windowMs(): number {
    return this.#windowAt === undefined ? 0 : this.#now() - this.#windowAt;
  }

  #settle(): void {
    const changes = this.#changes;
    this.#changes = [];
    for (const { pids, kind, at } of changes) {
      for (const pid of pids) {
        const key = pidText(pid);
        const since = this.#since.get(key);
        if (kind === "suspended") {
          if (since === undefined) this.#since.set(key, at);
        } else if (since !== undefined) {
          this.#since.delete(key);
          this.#durations.push(at - since);
          this.#longest.set(key, Math.max(at - since, this.#longest.get(key) ?? 0));
        }
      }
    }
  }

  isSuspended(pid: Pid): boolean {
    this.#settle();
    return this.#since.has(pidText(pid));
  }

  /** Who is suspended now, as text. */
  pids(): string[] {
    this.#settle();
    return [...this.#since.keys()];
  }

  times(): SuspensionTimes {
    this.#settle();
    const now = this.#now();
    const running = [...this.#since].map(([key, at]) => [key, now - at] as const);
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
