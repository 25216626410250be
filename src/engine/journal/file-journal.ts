import type { Problem } from "../../terms/problem.js";
import type { ProgressEvent } from "../events.js";
import { StepFailure } from "../failure.js";
import type { Act, ActResult, Conclusion, Journal } from "./journal.js";
import { problemRecord } from "./problem-record.js";
import type { ActRecord, JournalRecord, ProblemRecord } from "./records.js";
import type { JournalSink } from "./sink.js";

/** A journal in a file. */
export class FileJournal implements Journal {
  readonly id: string;
  /** Where it is; for messages. */
  readonly path: string;
  readonly #sink: JournalSink;
  readonly #now: () => Date;
  #skipped: { pid: string; why: string }[] = [];
  readonly #undone: { what: string; problem: ProblemRecord | null }[] = [];
  #isTakingBack = false;
  /** True when the last line may be there in part. */
  #isBroken = false;
  #failure: Problem | undefined;

  constructor(id: string, path: string, sink: JournalSink, now: () => Date = () => new Date()) {
    this.id = id;
    this.path = path;
    this.#sink = sink;
    this.#now = now;
  }

  /** Why it is not complete: the first line that could not be written. Undefined where all could. */
  get failure(): Problem | undefined {
    return this.#failure;
  }

  /**
   * Writes the first line and has it on the disk.
   * @throws StepFailure
   */
  async begin(record: Extract<JournalRecord, { type: "begin" }>): Promise<void> {
    await this.#append(record, true);
  }

  async intent(act: Act): Promise<void> {
    const pids = act.kind === "step" && TAKES.has(act.step.instruction.instruction) ? act.step.processes : undefined;
    const record: JournalRecord = {
      type: "intent",
      at: this.#at(),
      act: actRecord(act),
      ...(pids !== undefined && { pids: pids.map(({ text }) => text) }),
    };
    await this.#append(record, true);
  }

  async outcome(act: Act, { durationMs, problem, processes, suspended }: ActResult): Promise<void> {
    const skipped = this.#skipped;
    this.#skipped = [];
    // Not synced: nothing happens before the next intent is, or the end.
    await this.#append({
      type: "outcome",
      at: this.#at(),
      act: actRecord(act),
      status: problem === undefined ? "done" : "failed",
      durationMs: round(durationMs),
      ...(processes !== undefined && { processes }),
      ...(suspended !== undefined && { suspended: [...suspended()] }),
      ...(skipped.length > 0 && { skipped }),
      ...(problem !== undefined && { problem: problemRecord(problem) }),
    });
  }

  async rollback(because: Problem): Promise<void> {
    this.#isTakingBack = true;
    await this.#append({ type: "rollback", at: this.#at(), because: problemRecord(because) }, true);
  }

  async note(what: string): Promise<void> {
    await this.#append({ type: "note", at: this.#at(), what });
  }

  async end({ outcome, interrupted, durationMs, failure, notUndone, tally, suspension }: Conclusion): Promise<void> {
    // Whatever it is, it has happened by now.
    this.#isTakingBack = true;
    const { count, p50Ms, p99Ms, maxMs, stillSuspended } = suspension;
    const record: JournalRecord = {
      type: "end",
      at: this.#at(),
      outcome,
      interrupted,
      durationMs: round(durationMs),
      failure: failure === undefined ? null : problemRecord(failure),
      undone: this.#undone,
      notUndone: notUndone.map(problemRecord),
      processes: { migrated: tally.migrated.size, dead: tally.dead.size, failed: tally.failed.size },
      suspension: { count, p50Ms, p99Ms, maxMs },
      stillSuspended: [...stillSuspended],
    };
    await this.#append(record, true);
    await this.close();
  }

  /** Closes the file. Harmless when it is closed. */
  async close(): Promise<void> {
    await this.#sink.close().catch((error: unknown) => (this.#failure ??= notWritten(this.path, error)));
  }

  onProgress(event: ProgressEvent): void {
    if (event.kind === "process_skipped") this.#skipped.push({ pid: event.pid, why: event.why });
    if (event.kind === "undone") this.#undone.push({ what: event.what, problem: null });
    if (event.kind === "undo_failed") this.#undone.push({ what: event.what, problem: problemRecord(event.problem) });
  }

  async #append(record: JournalRecord, sync = false): Promise<void> {
    try {
      // A line of which only a part is there is ended first, so that it spoils no other.
      const line = `${this.#isBroken ? "\n" : ""}${JSON.stringify(record)}\n`;
      this.#isBroken = true;
      await this.#sink.write(line);
      this.#isBroken = false;
      if (sync) await this.#sink.sync();
    } catch (error) {
      const problem = notWritten(this.path, error);
      this.#failure ??= problem;
      if (!this.#isTakingBack) throw new StepFailure(problem);
    }
  }

  #at(): string {
    return this.#now().toISOString();
  }
}

/** Instructions that take processes anew. The others go on with those, and needn't name thousands of them again. */
const TAKES: ReadonlySet<string> = new Set(["suspend", "stop"]);

const actRecord = (act: Act): ActRecord =>
  act.kind === "step" ? { kind: "step", index: act.step.index } : { kind: act.kind };

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The problem of a journal that can't be written. */
export function notWritten(path: string, error: unknown): Problem {
  return {
    code: "journal-not-written",
    severity: "error",
    summary: "the journal of the upgrade can't be written",
    detail: `${path}: ${error instanceof Error ? error.message : String(error)}`,
    hint: "Name a directory with room in it with --journal DIR, or go without a journal with --no-journal.",
  };
}
