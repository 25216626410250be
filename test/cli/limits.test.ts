import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { applyDocument, planDocument, type ApplyDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import {
  copyRoot,
  counterWhoseCodeChange,
  relupOf,
  TemporaryFolder,
  type TemporaryFolder as Folder,
} from "./support/root.js";
import { unwrapped } from "./support/run.js";
import { counterBusyAtSuspend, counterThatWaits, holdBack, letGo, logged } from "./support/waiting.js";

interface Answer<Document> {
  readonly code: number;
  readonly document: Document;
}

async function json<Document>(schema: z.ZodType<Document>, ...args: string[]): Promise<Answer<Document>> {
  const { code, out } = await runMain([...args, "--json"]);
  return { code, document: schema.parse(JSON.parse(out)) };
}

const apply = (root: Folder, ...args: string[]): Promise<Answer<ApplyDocument>> =>
  json(applyDocument, "apply", "0.2.0", "--root", root.path, "--no-journal", ...args);
const plan = (root: Folder, ...args: string[]): Promise<Answer<z.output<typeof planDocument>>> =>
  json(planDocument, "plan", "0.2.0", "--root", root.path, ...args);

/** Applies the upgrade of a root from `counterThatWaits`, whose code_change goes on when the step has failed. */
async function applyUntilFailed(root: Folder, ...args: string[]): Promise<Answer<ApplyDocument>> {
  const applying = apply(root, ...args, "--log-file", root.at("log"));
  await Promise.race([logged(root, "step_failed"), applying]);
  letGo(root);
  return await applying;
}

/** Calls something that nothing takes back, loads the code, and then fails. */
function lastingCounter(): Folder {
  const root = copyRoot("counter");
  const steps = [
    "{suspend, [counter]}",
    "{load, {counter, brutal_purge, brutal_purge}}",
    "{code_change, up, [{counter, []}]}",
    "{resume, [counter]}",
    "{apply, {erlang, put, [marker, set]}}",
    "{apply, {erlang, error, [broken]}}",
  ];
  root.write("releases/0.2.0/relup", relupOf(...steps));
  return root;
}

describe.concurrent("the limits of an upgrade", () => {
  it("lets --timeout be the time of a code_change", async () => {
    using root = counterThatWaits();
    // It is the time of every question too, which on a busy machine takes a while.
    const { code, document } = await applyUntilFailed(root, "--timeout", "2s");
    expect(code).toBe(4);
    expect(document.failure!.summary).toContain("it was not done in 2000 ms");
  });

  it("takes back what suspends processes for longer than --max-suspension", async () => {
    using root = counterThatWaits();
    let answer = await applyUntilFailed(root, "--max-suspension", "1s");
    // On a busy machine it may be refused, for it is measured then that it would take longer.
    for (let tries = 0; answer.code === 3 && tries < 20; tries++) {
      holdBack(root);
      answer = await applyUntilFailed(root, "--max-suspension", "1s");
    }
    expect(answer.code).toBe(4);
    expect(answer.document).toMatchObject({ result: "rolled_back", failure: { code: "suspension-too-long" } });
    expect(await apply(root, "--max-suspension", "10m")).toMatchObject({ code: 0 });
  });

  it("takes back what is not done by the --deadline", async () => {
    // The node starts and is looked at within the deadline too: one that is too short for that says nothing.
    for (const deadline of ["3s", "10s", "30s"]) {
      using root = counterThatWaits();
      const { code, document } = await applyUntilFailed(root, "--timeout", "100s", "--deadline", deadline);
      expect(code).toBe(4);
      expect(document).toMatchObject({ result: "rolled_back", failure: { code: "deadline-passed" } });
      const failed = document.steps.find((step) => "status" in step && step.status === "failed");
      if (failed?.instruction === "code_change") return;
    }
    expect.fail("no deadline was passed in the code_change");
  });

  it.each([
    [["--lease", "10ms"], /It must be at least 1s/],
    [["--on-failure", "pray"], /Allowed choices are rollback, restart, leave/],
    [["--on-unresponsive", "wait"], /Allowed choices are stop, skip, kill/],
    [["--keep-state", "all"], /Allowed choices are changed, never/],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await runMain(["apply", "0.2.0", ...args]);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});

describe.concurrent("a process that doesn't answer the suspend", () => {
  it("stops the upgrade, and is counted as failed", async () => {
    using root = counterBusyAtSuspend("taken_back");
    const { code, document } = await apply(root, "--suspend-timeout", "10ms");
    expect(code).toBe(4);
    expect(document).toMatchObject({
      result: "rolled_back",
      processes: { migrated: 0, failed: 1 },
      unresponsive: [{ module: "counter", action: "stopped" }],
    });
  });

  it("is passed over with --on-unresponsive skip, and is counted as missed", async () => {
    using root = counterBusyAtSuspend(600_000);
    const { document } = await apply(root, "--suspend-timeout", "10ms", "--on-unresponsive", "skip", "--no-show-state");
    expect(document).toMatchObject({
      result: "upgraded",
      processes: { migrated: 0, missed: 1 },
      unresponsive: [{ action: "skipped" }],
    });
    const { out } = await runMain([
      ...["apply", "0.2.0", "--root", root.path, "--no-journal", "--suspend-timeout", "10ms"],
      ...["--on-unresponsive", "skip", "--no-show-state"],
    ]);
    expect(unwrapped(out)).toContain("didn't answer suspend in time, and was passed over: it has its old state.");
  });

  it("is killed with --on-unresponsive kill, and another is suspended in its place", async () => {
    using root = counterBusyAtSuspend(600_000);
    const { code, document } = await apply(root, "--suspend-timeout", "2s", "--on-unresponsive", "kill");
    expect(code).toBe(0);
    expect(document).toMatchObject({
      result: "upgraded",
      processes: { migrated: 1, dead: 1 },
      unresponsive: [{ action: "killed" }],
    });
  });
});

describe("the states of before", () => {
  it("are not kept with --keep-state never, and the plan says so", async () => {
    using root = copyRoot("counter");
    const kept = (await plan(root)).document;
    const never = (await plan(root, "--keep-state", "never")).document;
    const undo = ({ steps }: typeof kept): unknown[] =>
      steps.filter(({ instruction }) => instruction === "code_change").map((step) => step.undo);
    expect([undo(kept), undo(never)]).toEqual([["exact"], ["compensate"]]);
    expect(kept.costs).toMatchObject({ keptStates: { keep: "changed", processes: 1 }, suspension: { processes: 1 } });
    expect(kept.costs!.keptStates.memoryBytes).toBeGreaterThan(0);
    expect(never.costs!.keptStates).toEqual({ keep: "never", processes: 0, memoryBytes: 0 });
    const { out } = await runMain(["plan", "0.2.0", "--root", root.path, "--keep-state", "never"]);
    expect(unwrapped(out)).toContain("undone by code_change");
    expect(unwrapped(out)).toContain("No states are kept (--keep-state never)");
  });

  it("are kept or not as the plan says that was agreed on", async () => {
    using root = copyRoot("counter");
    using folder = new TemporaryFolder();
    await plan(root, "--keep-state", "never", "--out", folder.at("plan.json"));
    const agreed = ["apply", "--plan", folder.at("plan.json"), "--root", root.path, "--no-journal"];
    const { document } = await json(applyDocument, ...agreed);
    expect(document).toMatchObject({ result: "upgraded", costs: { keptStates: { keep: "never" } } });
    const other = await json(applyDocument, ...agreed, "--keep-state", "changed");
    expect(other).toMatchObject({ code: 3, document: { differences: [{ kind: "keep-state" }] } });
  });

  it("are changed back by code_change where they were not kept", async () => {
    using root = counterWhoseCodeChange("return 42;");
    const { code, document } = await apply(root, "--keep-state", "never");
    expect(code).toBe(4);
    expect(document).toMatchObject({ result: "rolled_back", notUndone: [] });
  });
});

describe("an upgrade that fails", () => {
  it("is left as it is with --on-failure leave: exit code 5, and what to do", async () => {
    using root = counterWhoseCodeChange("return 42;");
    const { code, document } = await apply(root, "--on-failure", "leave");
    expect(code).toBe(5);
    expect(document).toMatchObject({ result: "failed", notUndone: [{ code: "left-as-it-is" }] });
    expect(document.notUndone[0]!.hint).toContain("relupctl rollback");
  });

  it("needs attention where a step can't be taken back, as the plan has said: exit code 5", async () => {
    using root = lastingCounter();
    const { out } = await runMain(["plan", "0.2.0", "--root", root.path]);
    expect(unwrapped(out)).toContain("If it fails, 2 steps can't be taken back: 7 (apply erlang:put(marker, set)), 8");
    const { code, document } = await apply(root);
    expect(code).toBe(5);
    expect(document).toMatchObject({
      result: "failed",
      notUndone: [{ code: "step-not-undoable", summary: "step 7 can't be taken back: it called erlang:put/2" }],
      restart: null,
    });
    expect(document.notUndone[0]!.hint).toContain("--on-failure restart");
  });

  it("has the node restarted with --on-failure restart, where a step can't be taken back", async () => {
    using root = lastingCounter();
    const { code, document } = await apply(root, "--on-failure", "restart");
    expect(code).toBe(4);
    expect(document).toMatchObject({ result: "rolled_back", restart: { release: { name: "counter", vsn: "0.1.0" } } });
    expect(document.restart!.creation.after).not.toBe(document.restart!.creation.before);
  });
});
