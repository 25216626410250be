import { describe, expect, it } from "vitest";
import { historyOf, type UpgradeHistory } from "../../../src/engine/journal/history.js";
import type { FileJournal } from "../../../src/engine/journal/file-journal.js";
import { parseJournal } from "../../../src/engine/journal/read.js";
import type { Problem } from "../../../src/terms/problem.js";
import { BEGIN, begunJournal, conclusion, LOAD, MemorySink, SUSPEND, wholeJournal } from "./support.js";

const PROBLEM: Problem = { code: "load-failed", severity: "error", summary: "the node refused the code" };

async function historyAfter(write: (journal: FileJournal) => Promise<void>): Promise<UpgradeHistory> {
  const sink = new MemorySink();
  await write(await begunJournal(sink));
  return historyOf({ id: BEGIN.id, path: "x", ...parseJournal(sink.text) });
}

describe("the history of an upgrade", () => {
  it("that went well has every step with its time", async () => {
    const history = historyOf({ id: "x", path: "x", ...parseJournal(await wholeJournal()) });
    expect(history).toMatchObject({ status: "upgraded", reached: 2, suspended: [], rollback: undefined });
    expect(history.steps.map(({ status, durationMs }) => [status, durationMs])).toEqual([
      ["done", 0.25],
      ["done", 2],
      ["done", 1],
    ]);
    expect(history.steps.map(({ pids }) => pids)).toEqual([["<0.10.0>", "<0.11.0>"], [], ["<0.10.0>", "<0.11.0>"]]);
    expect(history.steps[0]?.skipped).toEqual([{ pid: "<0.11.0>", why: "it ended before" }]);
    expect(history.notes.map(({ what }) => what)).toEqual(["the node was asked twice"]);
    expect([history.beforeSteps.status, history.afterSteps.status]).toEqual(["done", "not_begun"]);
  });

  it("that was cut off in a suspend has all whom it meant as perhaps suspended", async () => {
    const history = await historyAfter(async (journal) => {
      await journal.intent({ kind: "step", step: SUSPEND });
    });
    expect(history).toMatchObject({ status: "unfinished", reached: 0, suspended: ["<0.10.0>", "<0.11.0>"] });
    expect(history.steps.map(({ status }) => status)).toEqual(["begun", "not_begun", "not_begun"]);
  });

  it("that was cut off later has those whom the suspend left suspended", async () => {
    const history = await historyAfter(async (journal) => {
      await journal.intent({ kind: "step", step: SUSPEND });
      const suspended = ["<0.11.0>", "<0.12.0>"];
      await journal.outcome(
        { kind: "step", step: SUSPEND },
        { durationMs: 1, processes: 2, suspended: () => suspended },
      );
      await journal.intent({ kind: "step", step: LOAD });
    });
    expect(history).toMatchObject({ reached: 1, suspended: ["<0.11.0>", "<0.12.0>"] });
    expect(history.begin?.modules[0]).toMatchObject({ md5Before: "aa", md5After: "bb" });
  });

  it("that was rolled back tells each thing that was taken back, and what could not be", async () => {
    const history = await historyAfter(async (journal) => {
      await journal.intent({ kind: "step", step: SUSPEND });
      await journal.outcome({ kind: "step", step: SUSPEND }, { durationMs: 1, problem: PROBLEM });
      await journal.rollback(PROBLEM);
      journal.onProgress({ kind: "undo_failed", what: "put the code back", problem: PROBLEM });
      journal.onProgress({ kind: "undone", what: "resume" });
      await journal.end(conclusion({ outcome: "failed", failure: PROBLEM, notUndone: [PROBLEM] }));
    });
    expect(history.rollback?.because).toEqual(PROBLEM);
    expect(history.end?.undone).toEqual([
      { what: "put the code back", problem: PROBLEM },
      { what: "resume", problem: null },
    ]);
    expect(history.steps[0]).toMatchObject({ status: "failed", problem: PROBLEM });
  });

  it("says who stayed suspended at the end", async () => {
    const history = await historyAfter(async (journal) => {
      const suspension = { ...conclusion().suspension, stillSuspended: ["<0.10.0>"] };
      await journal.end(conclusion({ outcome: "failed", failure: PROBLEM, suspension }));
    });
    expect(history).toMatchObject({ status: "failed", suspended: ["<0.10.0>"], end: { failure: PROBLEM } });
  });
});
