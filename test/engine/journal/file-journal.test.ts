import { open } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { StepFailure } from "../../../src/engine/failure.js";
import { FileJournal } from "../../../src/engine/journal/file-journal.js";
import { journaled, noJournal } from "../../../src/engine/journal/journal.js";
import { parseJournal } from "../../../src/engine/journal/read.js";
import { fileSink } from "../../../src/engine/journal/sink.js";
import type { Problem } from "../../../src/terms/problem.js";
import { BEGIN, begunJournal, conclusion, LOAD, MemorySink, NO_SPACE, SUSPEND, wholeJournal } from "./support.js";

const problem = (summary: string, code = "code-change-failed"): Problem => ({ code, severity: "error", summary });

describe("a journal", () => {
  it("has each intent on the disk before the act may begin, and reads back as it was written", async () => {
    const sink = new MemorySink();
    const journal = await begunJournal(sink);
    expect(sink.synced).toBe(sink.text.length);
    await journal.intent({ kind: "step", step: SUSPEND });
    expect(sink.synced).toBe(sink.text.length);
    const { records, damage } = parseJournal(await wholeJournal());
    expect(damage).toEqual([]);
    expect(records[0]).toEqual(BEGIN);
    expect(records.map(({ type }) => type)).toEqual([
      "begin",
      ...Array.from({ length: 4 }, () => ["intent", "outcome"]).flat(),
      "note",
      "end",
    ]);
    expect(records[3]).toMatchObject({ act: { kind: "step", index: 0 }, pids: ["<0.10.0>", "<0.11.0>"] });
    expect(records[4]).toMatchObject({ status: "done", processes: 1, suspended: ["<0.10.0>"] });
    expect(records.at(-1)).toMatchObject({ outcome: "upgraded", durationMs: 12.346, processes: { migrated: 1 } });
  });

  it("tells who was passed over in the outcome of the step at work, and not in the next", async () => {
    const outcomes = parseJournal(await wholeJournal()).records.filter((record) => record.type === "outcome");
    expect(outcomes.map(({ skipped }) => skipped?.length ?? 0)).toEqual([0, 1, 0, 0]);
  });

  it("keeps no term that the node answered, for it may hold a state", async () => {
    const sink = new MemorySink();
    const journal = await begunJournal(sink);
    const failures = [
      problem('code_change of counter failed in <0.10.0> and in 3 more: {badmatch,{counted,"secret"}}'),
      problem("code_change of counter failed in <0.10.0>: secret"),
      problem("m:f/1 raised throw secret", "apply-failed"),
      problem("the child counter could not be started: secret", "child-not-started"),
      problem("what is #{key => secret}"),
      problem("the answer <<115,101,secret>>"),
    ].map((failure) => ({ ...failure, detail: "It was called with secret.", hint: "secret" }));
    for (const failure of failures)
      await journal.outcome({ kind: "step", step: LOAD }, { durationMs: 1, problem: failure });
    await journal.rollback(failures[0]!);
    journal.onProgress({ kind: "undo_failed", what: "put the code back", problem: failures[0]! });
    await journal.end(conclusion({ outcome: "failed", failure: failures[0], notUndone: failures }));
    expect(sink.text).not.toContain("secret");
    expect(sink.text).toContain("code_change of counter failed in <0.10.0> and in 3 more…");
  });

  it("that can't be written stops the upgrade before the act, with what to do", async () => {
    const sink = new MemorySink();
    const journal = await begunJournal(sink);
    sink.onWrite = () => {
      throw NO_SPACE;
    };
    let acted = false;
    const act = journaled(
      journal,
      { kind: "step", step: LOAD },
      () => {
        acted = true;
        return Promise.resolve();
      },
      () => problem("not asked"),
    );
    await expect(act).rejects.toMatchObject({
      problem: { code: "journal-not-written", detail: expect.stringContaining("ENOSPC") as string },
    });
    expect(acted).toBe(false);
    expect(journal.failure?.hint).toContain("--no-journal");
  });

  it("whose outcome can't be written fails the act; an act that fails tells its own reason", async () => {
    const sink = new MemorySink();
    const journal = await begunJournal(sink);
    sink.onWrite = (number) => {
      if (number % 2 === 1) throw NO_SPACE;
    };
    const act = { kind: "step", step: LOAD } as const;
    const asProblem = (): Problem => problem("itself");
    await expect(journaled(journal, act, () => Promise.resolve(1), asProblem)).rejects.toThrow(StepFailure);
    const failing = (): Promise<never> => Promise.reject(new Error("itself"));
    await expect(journaled(journal, act, failing, asProblem)).rejects.toThrow("itself");
  });

  it("keeps nothing from being taken back, and writes on when there is room again", async () => {
    const sink = new MemorySink();
    const journal = await begunJournal(sink);
    sink.onWrite = (number, text) => {
      if (number > 4) return;
      sink.text += text.slice(0, 9);
      throw NO_SPACE;
    };
    await journal.rollback(problem("a step failed"));
    await journal.note("one");
    await journal.note("two");
    await journal.note("three");
    await journal.end(conclusion({ outcome: "rolled_back" }));
    expect(journal.failure?.code).toBe("journal-not-written");
    expect(sink.isClosed).toBe(true);
    const { records, damage } = parseJournal(sink.text);
    expect(records.map(({ type }) => type)).toEqual(["begin", "note", "end"]);
    expect(damage.every(({ kind }) => kind === "corrupted")).toBe(true);
    expect(damage.length).toBe(3);
  });

  it("on a full disk fails with the first line", async () => {
    const journal = new FileJournal("id", "/dev/full", fileSink(await open("/dev/full", "a")));
    await expect(journal.begin(BEGIN)).rejects.toMatchObject({
      problem: { code: "journal-not-written", detail: expect.stringContaining("ENOSPC") as string },
    });
    await journal.close();
  });

  it("need not be there", async () => {
    const act = { kind: "step", step: LOAD } as const;
    expect(
      await journaled(
        noJournal,
        act,
        () => Promise.resolve(3),
        () => problem("none"),
      ),
    ).toBe(3);
    await noJournal.end(conclusion());
  });
});
