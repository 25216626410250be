import { existsSync, readdirSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { applyDocument, failureDocument } from "./support/documents.js";
import { journalDocument, journalShowDocument } from "./support/journal-documents.js";
import { TemporaryFolder } from "./support/root.js";
import { runMain } from "./support/in-process.js";
import { COUNTER, oneDocument, relupctl, relupctlJson, unwrapped, widest } from "./support/run.js";

const UP = ["apply", "0.2.0", "--root", COUNTER];
const FAILS = ["apply", "0.3.0", "--boot", "0.2.0", "--root", COUNTER];

const apply = (args: readonly string[], env: Record<string, string> = {}) => relupctlJson(args, applyDocument, { env });

/** `journal` with a directory that is named needs no program of its own. */
async function journalJson<Schema extends z.ZodType>(args: readonly string[], schema: Schema) {
  const { code, out } = await runMain(["journal", ...args, "--json"]);
  return { code, document: oneDocument(out, schema) };
}

describe("the journal", () => {
  it("of an upgrade is kept in the state directory, for its owner alone, and is told by journal and journal show", async () => {
    using home = new TemporaryFolder();
    const env = { XDG_STATE_HOME: home.path };
    const { document } = await apply(UP, env);
    const directory = home.at("relupctl/journal");
    const file = document.journal!.file;
    expect(file).toBe(join(directory, `${document.journal!.id}.ndjson`));
    expect([statSync(directory).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);

    const list = await relupctlJson(["journal"], journalDocument, { env });
    expect(list.document).toMatchObject({
      directory,
      upgrades: [{ status: "upgraded", name: "counter", from: "0.1.0", to: "0.2.0", command: "apply", damaged: false }],
    });
    const { document: shown } = await relupctlJson(["journal", "show", "last"], journalShowDocument, { env });
    expect(shown).toMatchObject({
      id: document.journal!.id,
      digest: document.digest,
      by: { user: userInfo().username, directory: process.cwd() },
      origin: "appup",
      suspended: [],
      damage: [],
    });
    expect(shown.steps.map(({ instruction, status }) => [instruction, status])).toEqual(
      document.steps.map(({ instruction }) => [instruction, "done"]),
    );
    expect(shown.modules).toEqual([
      expect.objectContaining({ module: "counter", md5After: expect.stringMatching(/^[0-9a-f]{32}$/) as string }),
    ]);
  });

  it("of an upgrade that fails says why, what was taken back, and no state", async () => {
    using home = new TemporaryFolder();
    const journal = ["--journal", home.path];
    const { code, document } = await apply([...FAILS, ...journal]);
    expect(code).toBe(4);
    const counted = JSON.stringify(document.failure);
    expect(counted).toContain("{counted,");
    const text = home.read(`${document.journal!.id}.ndjson`);
    expect(text).not.toContain("counted");
    const id = document.journal!.id.slice(-6);
    const { document: shown } = await journalJson(["show", id, ...journal], journalShowDocument);
    expect(shown).toMatchObject({
      status: "rolled_back",
      failure: { code: "code-change-failed" },
      rollback: { because: { code: "code-change-failed" } },
    });
    expect(shown.undone.map(({ what }) => what)).toContain("put the old code of counter back");
    const { out } = await runMain(["journal", "show", id, ...journal]);
    expect(out).toContain("Result: rolled back");
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it("of a test is kept where nobody's own is", async () => {
    const { document } = await apply(UP);
    const home = process.env["XDG_STATE_HOME"] ?? "";
    expect(home.startsWith(join(tmpdir(), "relupctl-state-"))).toBe(true);
    expect(document.journal!.file.startsWith(join(home, "relupctl", "journal"))).toBe(true);
  });

  it("of an upgrade that was refused is not begun", async () => {
    using home = new TemporaryFolder();
    const store = ["apply", "2.0.0", "--root", COUNTER.replace(/counter$/, "store"), "--journal", home.path];
    const { code, document } = await apply(store);
    expect({ code, journal: document.journal }).toEqual({ code: 3, journal: null });
    expect(readdirSync(home.path)).toEqual([]);
  });

  it("that can't be written stops the upgrade: exit code 1, and how to go without one", async () => {
    using home = new TemporaryFolder();
    home.write("file", "");
    const stopped = await relupctlJson([...UP, "--journal", home.at("file/journal")], failureDocument("apply"));
    expect(stopped.code).toBe(1);
    expect(stopped.document.error).toMatchObject({ code: "journal-not-written" });
    expect(stopped.document.error.hint).toContain("--no-journal");

    const env = { XDG_STATE_HOME: home.at("file") };
    expect((await relupctl(UP, { env })).code).toBe(1);
    const without = await apply([...UP, "--no-journal"], env);
    expect(without).toMatchObject({ code: 0, document: { result: "upgraded", journal: null } });
  });

  it("has no use for a relative XDG_STATE_HOME", async () => {
    using home = new TemporaryFolder();
    const env = { XDG_STATE_HOME: "state", HOME: home.path };
    const { document } = await relupctlJson(["journal"], journalDocument, { env, cwd: home.path });
    expect(document).toMatchObject({ directory: home.at(".local/state/relupctl/journal"), upgrades: [] });
    expect(existsSync(home.at("state"))).toBe(false);
  });

  it("that is damaged shows all that can be read, and says what can't", async () => {
    using home = new TemporaryFolder();
    const journal = ["--journal", home.path];
    const { document } = await apply([...UP, ...journal]);
    const file = `${document.journal!.id}.ndjson`;
    const whole = home.read(file);
    const lines = whole.trimEnd().split("\n");

    // A crash in the middle of a line.
    home.write("a.ndjson", whole.slice(0, lines.slice(0, 8).join("\n").length + 20));
    // A line that something else has overwritten.
    home.write("b.ndjson", [...lines.slice(0, 4), "\0".repeat(40), ...lines.slice(5), ""].join("\n"));
    home.write("c.ndjson", "");
    const show = async (id: string) => (await journalJson(["show", id, ...journal], journalShowDocument)).document;
    const cut = await show("a");
    expect(cut).toMatchObject({ status: "unfinished", damage: [{ line: 9, kind: "truncated" }] });
    expect(cut.steps.filter(({ status }) => status !== "not_begun").length).toBeGreaterThan(1);
    const spoilt = await show("b");
    expect(spoilt).toMatchObject({ status: "upgraded", damage: [{ line: 5, kind: "corrupted" }] });
    expect(await show("c")).toMatchObject({ status: "unreadable", name: null, damage: [{ kind: "empty" }] });

    const said = await Promise.all(["a", "b", "c"].map((id) => runMain(["journal", "show", id, ...journal])));
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(unwrapped(said[0]!.out)).toContain("Line 9 was not written to its end, as a crash leaves it");
    expect(unwrapped(said[0]!.out)).toContain("It was cut off after step 3 was begun");
    expect(unwrapped(said[0]!.out)).toContain("May still be suspended: <0.");
    expect(unwrapped(said[1]!.out)).toContain("Line 5 is damaged");
    expect(unwrapped(said[2]!.out)).toContain("The file is empty");
    const list = await runMain(["journal", ...journal]);
    expect(list.out.match(/damaged/g)?.length).toBe(3);
    expect(widest(list.out)).toBeLessThanOrEqual(80);
  });

  it("shows only what is named, and of one node only that", async () => {
    using home = new TemporaryFolder();
    const journal = ["--journal", home.path];
    await Promise.all([apply([...UP, ...journal]), apply([...UP, ...journal])]);
    const unknown = await journalJson(["show", "nothing", ...journal], failureDocument("journal-show"));
    expect(unknown).toMatchObject({ code: 1, document: { error: { code: "journal-not-found" } } });
    const two = await journalJson(["show", "20", ...journal], failureDocument("journal-show"));
    expect(two).toMatchObject({ code: 1, document: { error: { code: "journal-ambiguous" } } });
    const none = await journalJson(["-n", "other@host", ...journal], journalDocument);
    expect(none.document.upgrades).toEqual([]);
    const some = await journalJson(["-n", "relupctl@embedded", ...journal], journalDocument);
    expect(some.document.upgrades.length).toBe(2);
    home.write("file", "");
    const unreadable = await journalJson(["--journal", home.at("file")], failureDocument("journal"));
    expect(unreadable).toMatchObject({ code: 1, document: { error: { code: "journal-not-readable" } } });
  });
});
