import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import type { FileJournal } from "../../../src/engine/journal/file-journal.js";
import { historyOf } from "../../../src/engine/journal/history.js";
import { openJournal, type Opening } from "../../../src/engine/journal/open.js";
import { parseJournal } from "../../../src/engine/journal/read.js";
import { createSink, type JournalSink } from "../../../src/engine/journal/sink.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import { embeddedKind, type RunningTarget } from "../../conformance/targets.js";
import { MemorySink, NO_SPACE } from "./support.js";

/** The lines that the journal of an upgrade of the counter has when all goes well. */
const LINES = 18;

describe("an upgrade whose journal can't be written any more", () => {
  let running: RunningTarget;
  beforeAll(async () => {
    running = await embeddedKind().boot("counter", "0.1.0");
  });
  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });

  const upgrade = async (sink: MemorySink) => {
    const open = (opening: Opening): Promise<FileJournal> =>
      openJournal("/nowhere", opening, { command: "apply", version: "0", create: () => Promise.resolve(sink) });
    const prepared = await readReleaseUpgrade(running.target, "0.2.0");
    return await applyUpgrade(running.target, prepared, { openJournal: open });
  };

  const vsnNow = async (): Promise<string> => (await readReleaseUpgrade(running.target, "0.2.0")).upgrade.from;

  it("from its first line on isn't begun", async () => {
    const sink = new MemorySink();
    sink.onWrite = () => {
      throw NO_SPACE;
    };
    await expect(upgrade(sink)).rejects.toMatchObject({ problems: [{ code: "journal-not-written" }] });
    expect(sink.isClosed).toBe(true);
    expect(await vsnNow()).toBe("0.1.0");
  });

  // The last line says that all is done: it is too late then to take anything back.
  it.each(Array.from({ length: LINES - 2 }, (_, index) => index + 2))(
    "from line %i on is rolled back",
    async (line) => {
      const sink = new MemorySink();
      sink.onWrite = (number) => {
        if (number >= line) throw NO_SPACE;
      };
      const { execution, journal } = await upgrade(sink);
      expect(execution).toMatchObject({
        outcome: "rolled_back",
        failure: { code: "journal-not-written" },
        notUndone: [],
      });
      expect(execution?.suspension.stillSuspended).toEqual([]);
      expect(journal?.failure?.code).toBe("journal-not-written");
      expect(historyOf({ id: "x", path: "x", ...parseJournal(sink.text) })).toMatchObject({ status: "unfinished" });
      expect(sink.isClosed).toBe(true);
      expect(await vsnNow()).toBe("0.1.0");
    },
  );

  it("for one line is rolled back, and the rest is written down", async () => {
    const sink = new MemorySink();
    sink.onWrite = (number, text) => {
      if (number !== 9) return;
      sink.text += text.slice(0, 5);
      throw NO_SPACE;
    };
    expect((await upgrade(sink)).execution?.outcome).toBe("rolled_back");
    const history = historyOf({ id: "x", path: "x", ...parseJournal(sink.text) });
    expect(history).toMatchObject({
      status: "rolled_back",
      rollback: { because: { code: "journal-not-written" } },
      damage: [{ line: 9, kind: "corrupted" }],
    });
    expect(history.end?.undone.length).toBeGreaterThan(2);
  });

  it("for its last line alone is done, and says that its journal is not complete", async () => {
    const sink = new MemorySink();
    sink.onWrite = (number) => {
      if (number === LINES) throw NO_SPACE;
    };
    const { execution, journal } = await upgrade(sink);
    expect(execution?.outcome).toBe("upgraded");
    expect(journal?.failure?.code).toBe("journal-not-written");
    expect(sink.text.trimEnd().split("\n").length).toBe(LINES - 1);
  });
});

describe("a journal in a directory", () => {
  it("leaves no file where nothing could be written into it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "relupctl-journal-"));
    const running = await embeddedKind().boot("counter", "0.1.0");
    try {
      const create = async (path: string): Promise<JournalSink> => {
        const sink = await createSink(path);
        return { ...sink, write: () => Promise.reject(NO_SPACE) };
      };
      const prepared = await readReleaseUpgrade(running.target, "0.2.0");
      const applied = applyUpgrade(running.target, prepared, {
        openJournal: (opening) => openJournal(folder, opening, { command: "apply", version: "0", create }),
      });
      await expect(applied).rejects.toMatchObject({ problems: [{ code: "journal-not-written" }] });
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    }
  });

  it("is synced before the first act, and every intent before its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "relupctl-journal-"));
    const running = await embeddedKind().boot("counter", "0.1.0");
    try {
      const sink = new MemorySink();
      const unsynced: string[] = [];
      // Each call to the node that changes something must find all that was written synced, outcomes aside.
      const target = {
        ...running.target,
        identity: running.target.identity,
        down: running.target.down,
        call: (mfa: Parameters<typeof running.target.call>[0], options: { timeoutMs: number }) => {
          const pending = sink.text.slice(sink.synced);
          if (pending.includes('"intent"') || pending.includes('"begin"')) unsynced.push(mfa.function);
          return running.target.call(mfa, options);
        },
      };
      const prepared = await readReleaseUpgrade(target, "0.2.0");
      const { execution } = await applyUpgrade(target, prepared, {
        openJournal: (opening) =>
          openJournal(folder, opening, { command: "apply", version: "0", create: () => Promise.resolve(sink) }),
      });
      expect(execution?.outcome).toBe("upgraded");
      expect(unsynced).toEqual([]);
      expect(sink.text.trimEnd().split("\n").length).toBe(LINES);
    } finally {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    }
  });
});
