import { describe, expect, it } from "vitest";
import { applyDocument, type ApplyDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { copyRoot, counterWhoseCodeChange, LOAD_COUNTER, relupOf, type TemporaryFolder } from "./support/root.js";
import { COUNTER, relupctl, relupctlJson, unwrapped } from "./support/run.js";
import { counterBusyAtSuspend } from "./support/waiting.js";

type Applied = { readonly code: number | null; readonly document: ApplyDocument };

const apply = (root: string, ...options: string[]): Promise<Applied> =>
  relupctlJson(["apply", "0.2.0", "--root", root, ...options], applyDocument);

const stateOf = ({ states = [] }: ApplyDocument, name: string) =>
  states.find(({ registeredName }) => registeredName === name)!;

/** The upgrade failed at a step, and the counter counts on in the old form: nothing is left suspended. */
function expectRolledBack({ code, document }: Applied, failure: string): void {
  expect(code).toBe(4);
  expect(document).toMatchObject({ ok: false, result: "rolled_back", failure: { code: failure }, notUndone: [] });
  const { before, after } = stateOf(document, "counter");
  expect(Number(after)).toBeGreaterThan(Number(before));
  const client = stateOf(document, "counter_client");
  expect(client.after).toMatch(/repeated => 0,skipped => 0/);
  expect(client.after).not.toBe(client.before);
}

const statuses = ({ steps }: ApplyDocument) =>
  steps.map((step) => [step.instruction, "status" in step ? step.status : undefined]);

describe("a code_change that fails", () => {
  it("is told with its reason, exits with 4, and the counter goes on with its old state", async () => {
    const args = ["apply", "0.3.0", "--boot", "0.2.0", "--root", COUNTER];
    const [{ code, document }, human] = await Promise.all([relupctlJson(args, applyDocument), relupctl(args)]);
    expect(code).toBe(4);
    expect(document).toMatchObject({
      result: "rolled_back",
      failure: { code: "code-change-failed", severity: "error" },
      processes: { migrated: 0, missed: 0, dead: 0, failed: 1 },
      suspension: { count: 1 },
      notUndone: [],
    });
    expect(document.failure!.summary).toMatch(
      /^code_change of counter failed in <0\.\d+\.0>: \{cannot_take_over,"0\.2\.0",\{counted,\d+\}\}$/,
    );
    expect(statuses(document).slice(3)).toEqual([
      ["load", "done"],
      ["code_change", "failed"],
      ["resume", "not_executed"],
    ]);
    expect(stateOf(document, "counter").after).toMatch(/^\{counted,\d+\}$/);
    expect(stateOf(document, "counter_client").after).toMatch(/repeated => 0,skipped => 0/);

    expect(human).toMatchObject({ code: 4, stderr: "" });
    expect(human.stdout).toMatch(/^ +5 {2}FAILED +code_change +counter/m);
    expect(human.stdout).toMatch(/^ +6 {2}- +resume +counter$/m);
    const said = unwrapped(human.stdout);
    expect(said).toMatch(
      /error: code_change of counter failed in .* \[code-change-failed\] It was called with the old/,
    );
    expect(said).toContain("Failed and rolled back: the node runs 0.2.0 as before, and nothing is left suspended.");
    expect(said).toMatch(/counter was suspended for [\d.]+ m?s\. $/);
  });

  it("is told at once, whatever --soak says", async () => {
    const args = ["apply", "0.3.0", "--boot", "0.2.0", "--root", COUNTER, "--soak", "1h"];
    const { code, document } = await relupctlJson(args, applyDocument);
    expect(code).toBe(4);
    expect(document).not.toHaveProperty("soak");
  });

  it.each([
    ["throws", 'throw new Error("no luck");', /\{js_error,<<"no luck">>\}$/],
    ["returns nonsense", "return 42;", /: 42$/],
    ["returns what is no term", "return { a: 1 };", /not_a_term/],
    ["returns nothing", "return undefined;", /: undefined$/],
    ["returns an error", 'return tuple(atom("error"), atom("busy"));', /: \{error,busy\}$/],
    ["exits", 'return require("relupctl/runtime").exit(atom("gone"));', /: gone$/],
  ])("is taken back where it %s", async (_how, statement, reason) => {
    using root = counterWhoseCodeChange(statement);
    const applied = await apply(root.path);
    expectRolledBack(applied, "code-change-failed");
    expect(applied.document.failure!.summary).toMatch(reason);
  });

  it("is waited for as long as --code-change-timeout says", async () => {
    using root = counterWhoseCodeChange(
      'return require("relupctl/runtime").sleep(1_000).then(() => tuple(atom("ok"), counted(state)));',
    );
    const [late, inTime] = await Promise.all([
      apply(root.path, "--code-change-timeout", "200ms"),
      apply(root.path, "--code-change-timeout", "60s"),
    ]);
    expectRolledBack(late, "code-change-failed");
    expect(late.document.failure!.summary).toContain("it was not done in 200 ms (--code-change-timeout)");
    expect(inTime).toMatchObject({ code: 0, document: { result: "upgraded" } });
    expect(inTime.document.suspension.maxMs).toBeGreaterThan(1_000);
  });
});

describe("a process that doesn't answer the suspend", () => {
  it("is waited for as long as --suspend-timeout says, then the upgrade is taken back", async () => {
    using busy = counterBusyAtSuspend("taken_back");
    const impatient = await apply(busy.path, "--suspend-timeout", "10ms");
    expectRolledBack(impatient, "process-not-responding");
    expect(impatient.document.failure!.hint).toContain("--suspend-timeout");
    using soonIdle = counterBusyAtSuspend(1_000);
    expect(await apply(soonIdle.path, "--suspend-timeout", "60s")).toMatchObject({ code: 0 });
  });
});

/** The counter's child is stopped, its code loaded, and the child started again. */
const RESTART = ["{stop, [counter]}", LOAD_COUNTER, "{start, [counter]}"];

const rootWithRelup = (...steps: string[]): TemporaryFolder => {
  const root = copyRoot("counter");
  root.write("releases/0.2.0/relup", relupOf(...steps));
  return root;
};

/** Makes the counter 0.2.0 refuse to start. */
const refuseStart = (root: TemporaryFolder): void => {
  root.edit(
    "lib/counter-0.2.0/ebin/counter.js",
    'tuple(atom("ok"), counted(0));',
    'tuple(atom("stop"), atom("not_now"));',
  );
};

describe("a child that was stopped", () => {
  it("is stopped again and started with the old code, where a later step fails", async () => {
    using root = rootWithRelup(...RESTART, "{apply, {erlang, error, [broken]}}");
    const { code, document } = await apply(root.path);
    expect(code).toBe(4);
    expect(document).toMatchObject({ result: "rolled_back", failure: { code: "apply-failed" }, notUndone: [] });
    // The client goes on with numbers of the old code's state: from 0 again, and none that the new code gave.
    expect(stateOf(document, "counter_client").after).toMatch(/last => \d+,repeated => [12],skipped => 0/);
    const human = await runMain(["apply", "0.2.0", "--root", root.path]);
    expect(unwrapped(human.out)).toContain(
      "nothing is left suspended. 1 process that the upgrade had stopped was started anew.",
    );
  });

  it("fails the upgrade where it doesn't start again", async () => {
    using root = rootWithRelup(...RESTART);
    refuseStart(root);
    const { code, document } = await apply(root.path);
    expect(code).toBe(4);
    expect(document).toMatchObject({ result: "rolled_back", failure: { code: "child-not-started" }, notUndone: [] });
    expect(document.failure!.summary).toBe("the child counter could not be started: not_now");
    expect(stateOf(document, "counter_client").after).toMatch(/repeated => 1,skipped => 0/);
  });

  it("leaves a node that needs attention, where it doesn't start with the old code either: exit code 5", async () => {
    using root = rootWithRelup(...RESTART);
    refuseStart(root);
    // The old one starts before its client only, so once.
    root.edit(
      "lib/counter-0.1.0/ebin/counter.js",
      'exports.init = (_args) => tuple(atom("ok"), 0);',
      `const { whereis } = require("relupctl/runtime");
exports.init = (_args) =>
  whereis(atom("counter_client")) === undefined ? tuple(atom("ok"), 0) : tuple(atom("stop"), atom("only_once"));`,
    );
    const [{ code, document }, human] = await Promise.all([
      apply(root.path),
      relupctl(["apply", "0.2.0", "--root", root.path]),
    ]);
    expect(code).toBe(5);
    expect(document).toMatchObject({
      ok: false,
      result: "failed",
      failure: { code: "child-not-started" },
      notUndone: [
        { code: "child-not-started", summary: "could not start the children of counter again: counter: only_once" },
      ],
    });
    expect(human).toMatchObject({ code: 5, stderr: "" });
    const said = unwrapped(human.stdout);
    expect(said).toContain("counter: only_once [child-not-started] What to do: See the node's log");
    expect(said).toContain("Failed, and not all could be taken back: the node needs attention (see above).");
  });
});
