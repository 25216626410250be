import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../../src/engine/journal/history.js";
import { journalIds, journalPath, parseJournal, readJournal } from "../../../src/engine/journal/read.js";
import { runs } from "../../support/property-runs.js";
import { wholeJournal } from "./support.js";

const text = await wholeJournal();
const whole = parseJournal(text).records;
const RUNS = runs(500);

describe("a journal that is read", () => {
  it("and was cut anywhere gives every whole line, and says what is missing", () => {
    for (let length = 0; length <= text.length; length++) {
      const cut = text.slice(0, length);
      const { records, damage } = parseJournal(cut);
      const lines = cut.split("\n");
      const rest = lines.pop()!;
      // A line without its end may be whole all the same.
      const isWhole = rest !== "" && text[length] === "\n";
      expect(records).toEqual(whole.slice(0, lines.length + (isWhole ? 1 : 0)));
      if (length === 0) expect(damage).toMatchObject([{ kind: "empty", line: undefined }]);
      else if (rest === "" || isWhole) expect(damage).toEqual([]);
      else expect(damage).toMatchObject([{ kind: "truncated", line: lines.length + 1 }]);
    }
  });

  it("and has other lines between its own gives its own, and names the others", () => {
    const other = fc.oneof(
      fc.string().filter((line) => !line.includes("\n")),
      fc.constantFrom("\0".repeat(512), '{"type":"begin"}', "[]", "null", '{"type":"from another version","at":""}'),
    );
    fc.assert(
      fc.property(other, fc.integer({ min: 0, max: whole.length - 1 }), (line, position) => {
        const lines = text.split("\n");
        lines.splice(position, 0, line);
        const { records, damage } = parseJournal(lines.join("\n"));
        expect(records).toEqual(whole);
        expect(damage.map((each) => each.line)).toEqual([position + 1]);
        expect(["corrupted", "unknown"]).toContain(damage[0]!.kind);
      }),
      { numRuns: RUNS },
    );
  });

  it("and lost any of its lines still is a history", () => {
    fc.assert(
      fc.property(fc.subarray(text.trimEnd().split("\n")), (lines) => {
        const history = historyOf({ id: "x", path: "x", ...parseJournal(`${lines.join("\n")}\n`) });
        expect(history.steps.every(({ index }, position) => index === position)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it("and isn't a file, or is nobody's to read, is damaged", async () => {
    const folder = mkdtempSync(join(tmpdir(), "relupctl-journal-"));
    try {
      mkdirSync(join(folder, "b.ndjson"));
      writeFileSync(join(folder, "a.ndjson"), text);
      writeFileSync(join(folder, "c.ndjson"), "");
      writeFileSync(join(folder, "other.txt"), "");
      chmodSync(folder, 0o700);
      expect(await journalIds(folder)).toEqual(["c", "b", "a"]);
      expect(await readJournal(journalPath(folder, "b"))).toMatchObject({ id: "b", damage: [{ kind: "unreadable" }] });
      expect(await readJournal(journalPath(folder, "c"))).toMatchObject({ id: "c", damage: [{ kind: "empty" }] });
      expect(historyOf(await readJournal(journalPath(folder, "a")))).toMatchObject({ id: "a", status: "upgraded" });
      expect(await journalIds(join(folder, "none"))).toEqual([]);
      await expect(journalIds(join(folder, "a.ndjson"))).rejects.toThrow("ENOTDIR");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
