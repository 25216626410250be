import { FileJournal } from "../../../src/engine/journal/file-journal.js";
import type { Conclusion } from "../../../src/engine/journal/journal.js";
import type { BeginRecord } from "../../../src/engine/journal/records.js";
import type { JournalSink } from "../../../src/engine/journal/sink.js";
import type { LowLevelInstruction } from "../../../src/release/instruction.js";
import type { PlanStep } from "../../../src/upgrade/plan.js";
import { aProcess } from "../../support/facts.js";

/** A sink in memory, that says what was synced and fails when it is told to. */
export class MemorySink implements JournalSink {
  text = "";
  /** How much of the text is on the disk. */
  synced = 0;
  isClosed = false;
  /** Called before each write with its number, from 1; may throw, after having written a part. */
  onWrite: (number: number, text: string) => void = () => undefined;
  #writes = 0;

  write(text: string): Promise<void> {
    return Promise.resolve().then(() => {
      this.onWrite(++this.#writes, text);
      this.text += text;
    });
  }

  sync(): Promise<void> {
    this.synced = this.text.length;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

export const NO_SPACE = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

export const BEGIN: BeginRecord = {
  type: "begin",
  schema: "relupctl/journal-file@1",
  at: "2026-11-20T13:15:02.123Z",
  id: "20261120T131502.123Z-3f9a1c",
  command: "apply",
  by: {
    user: "ada",
    uid: 1000,
    sudoUser: null,
    host: "workshop.invalid",
    address: "192.0.2.7",
    directory: "/srv/shop",
    pid: 4711,
    version: "0.1.0",
  },
  node: { name: "shop@localhost", creation: 7, otpRelease: "25" },
  upgrade: { kind: "release", name: "shop", from: "1", to: "2", direction: "up", origin: "appup" },
  digest: "ab".repeat(32),
  allowed: ["vsn-not-set"],
  libraries: [],
  modules: [
    { module: "counter", md5Before: "aa", fileBefore: "/1/counter.beam", md5After: "bb", fileAfter: "/2/counter.beam" },
  ],
  steps: [
    { index: 0, instruction: "suspend", modules: ["counter"], undo: "exact", called: null },
    { index: 1, instruction: "load", modules: ["counter"], undo: "exact", called: null },
    { index: 2, instruction: "resume", modules: ["counter"], undo: "exact", called: null },
  ],
  findings: [{ code: "vsn-not-set", severity: "warning", summary: "an MD5", module: "counter", pids: [] }],
  coverage: [{ module: "counter", migrated: 2, reloaded: 0, missed: [] }],
};

const step = (index: number, instruction: LowLevelInstruction, ...processes: number[]): PlanStep => ({
  index,
  instruction,
  modules: ["counter"],
  processes: processes.map((number) => aProcess(number)),
  undo: "exact",
});

export const SUSPEND = step(0, { instruction: "suspend", modules: [{ module: "counter" }] }, 10, 11);
export const LOAD = step(1, {
  instruction: "load",
  module: "counter",
  prePurge: "brutal_purge",
  postPurge: "brutal_purge",
});
export const RESUME = step(2, { instruction: "resume", modules: ["counter"] }, 10, 11);

export function conclusion(given: Partial<Conclusion> = {}): Conclusion {
  return {
    outcome: "upgraded",
    interrupted: false,
    durationMs: 12.3456789,
    failure: undefined,
    notUndone: [],
    tally: { migrated: new Set(["<0.10.0>"]), dead: new Set(), failed: new Set() },
    suspension: { count: 2, p50Ms: 1, p99Ms: 2, maxMs: 2, stillSuspended: [] },
    ...given,
  };
}

/** A journal in memory whose clock goes a millisecond a line. */
export async function begunJournal(sink: MemorySink = new MemorySink()): Promise<FileJournal> {
  let time = Date.parse(BEGIN.at);
  const journal = new FileJournal(BEGIN.id, "/nowhere/journal.ndjson", sink, () => new Date(++time));
  await journal.begin(BEGIN);
  return journal;
}

/** The text of the journal of an upgrade that went well. */
export async function wholeJournal(): Promise<string> {
  const sink = new MemorySink();
  const journal = await begunJournal(sink);
  await journal.intent({ kind: "before_steps" });
  await journal.outcome({ kind: "before_steps" }, { durationMs: 1 });
  await journal.intent({ kind: "step", step: SUSPEND });
  journal.onProgress({ kind: "process_skipped", step: SUSPEND, pid: "<0.11.0>", why: "it ended before" });
  await journal.outcome(
    { kind: "step", step: SUSPEND },
    { durationMs: 0.25, processes: 1, suspended: () => ["<0.10.0>"] },
  );
  await journal.intent({ kind: "step", step: LOAD });
  await journal.outcome({ kind: "step", step: LOAD }, { durationMs: 2, processes: 0 });
  await journal.intent({ kind: "step", step: RESUME });
  await journal.outcome({ kind: "step", step: RESUME }, { durationMs: 1, processes: 1, suspended: () => [] });
  await journal.note("the node was asked twice");
  await journal.end(conclusion());
  return sink.text;
}
