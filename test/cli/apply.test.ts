import { describe, expect, it } from "vitest";
import { applyDocument, type ApplyDocument } from "./support/documents.js";
import { copyRoot, LOAD_COUNTER, relupOf, TemporaryFolder } from "./support/root.js";
import { COUNTER, relupctl, relupctlJson, STORE, widest } from "./support/run.js";

type State = NonNullable<ApplyDocument["states"]>[number];

const stateOf = ({ states = [] }: ApplyDocument, name: string): State =>
  states.find(({ registeredName }) => registeredName === name)!;

/** A number in a state that the client of the counter keeps: `#{calls => 17, ...}`. */
const seen = (state: string | null, key: string): number =>
  Number(new RegExp(`${key} => (-?\\d+)`).exec(state ?? "")?.[1]);

/** The client's calls went on: each was answered, no number was left out or given twice. */
function expectNoLoss(document: ApplyDocument): void {
  const { before, after } = stateOf(document, "counter_client");
  expect(seen(before, "calls")).toBeGreaterThan(0);
  expect(seen(after, "calls")).toBeGreaterThan(seen(before, "calls"));
  for (const state of [before, after]) {
    // One call may be under way.
    expect(seen(state, "calls") - seen(state, "answers")).toBeLessThanOrEqual(1);
    expect([seen(state, "skipped"), seen(state, "repeated")]).toEqual([0, 0]);
  }
}

const steps = (document: ApplyDocument): string[] => document.steps.map(({ instruction }) => instruction);

describe("apply", () => {
  it("upgrades the counter: steps, who was suspended and for how long, states, and no lost call", async () => {
    const { code, stdout, stderr } = await relupctl(["apply", "0.2.0", "--root", COUNTER]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.match(/^ +\d+ {2}.*$/gm)?.map((line) => line.trim().split(/ {2,}/));
    expect(lines).toEqual([
      ["1", "ok", "load_object_code", "counter 0.2.0: counter", expect.stringMatching(/^[\d.]+ m?s$/)],
      ["2", "ok", "point_of_no_return", expect.stringMatching(/^[\d.]+ m?s$/)],
      ["3", "ok", "suspend", "counter", expect.stringMatching(/^1 process, [\d.]+ m?s$/)],
      ["4", "ok", "load", "counter", expect.stringMatching(/^[\d.]+ m?s$/)],
      ["5", "ok", "code_change", "counter", expect.stringMatching(/^1 process, [\d.]+ m?s$/)],
      ["6", "ok", "resume", "counter", expect.stringMatching(/^1 process, [\d.]+ m?s$/)],
    ]);
    expect(stdout).toMatch(/^counter <0\.\d+\.0> {2}runs counter, was suspended for [\d.]+ m?s$/m);
    expect(stdout).toMatch(/^ {2}before {3}\d+\n {2}after {4}\{counted,\d+\}$/m);
    expect(stdout).toMatch(/^counter_client <0\.\d+\.0> {2}runs counter_client$/m);
    expect(stdout).toMatch(/^ {2}after {4}#\{.*calls => \d+,.*repeated => 0,skipped => 0\}$/m);
    expect(stdout).toMatch(/^Upgraded to 0\.2\.0 in [\d.]+ m?s: 1 process migrated, 0 missed\.$/m);
    expect(stdout).toMatch(/^counter was suspended for [\d.]+ m?s\.$/m);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it.each(["apply", "install", "upgrade"])("as %s is one document as JSON", async (command) => {
    const args = [command, "0.2.0", "--root", COUNTER];
    const { code, document, stderr } = await relupctlJson(args, applyDocument);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(document).toMatchObject({
      ok: true,
      result: "upgraded",
      from: "0.1.0",
      to: "0.2.0",
      direction: "up",
      findings: [],
      processes: { migrated: 1, reloaded: 0, missed: 0, dead: 0, failed: 0 },
      suspension: { count: 1 },
      failure: null,
      notUndone: [],
    });
    expect(document.steps.every((step) => "status" in step && step.status === "done")).toBe(true);
    const { suspension } = document;
    expect(suspension.maxMs).toBeGreaterThan(0);
    const counter = stateOf(document, "counter");
    expect(counter.suspendedMs).toBe(suspension.maxMs);
    expect(counter.before).toMatch(/^\d+$/);
    expect(counter.after).toMatch(/^\{counted,\d+\}$/);
    expectNoLoss(document);
  });

  it("downgrades it: the state is changed back before the old code is loaded", async () => {
    const args = ["downgrade", "0.1.0", "--boot", "0.2.0", "--root", COUNTER];
    const [{ code, document }, human] = await Promise.all([relupctlJson(args, applyDocument), relupctl(args)]);
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", direction: "down", from: "0.2.0", to: "0.1.0" });
    const up = ["load_object_code", "point_of_no_return", "suspend", "load", "code_change", "resume"];
    expect(steps(document)).toEqual(up.with(3, "code_change").with(4, "load"));
    expect(stateOf(document, "counter").before).toMatch(/^\{counted,\d+\}$/);
    expect(stateOf(document, "counter").after).toMatch(/^\d+$/);
    expectNoLoss(document);
    expect(human.stdout).toMatch(/^Downgraded to 0\.1\.0 in [\d.]+ m?s: 1 process migrated, 0 missed\.$/m);
  });

  it("converts the state of the store's servers, which are found from 1.0.1 on", async () => {
    const args = ["apply", "2.0.0", "--boot", "1.0.1", "--root", STORE];
    const { code, document } = await relupctlJson(args, applyDocument);
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", processes: { migrated: 3, missed: 0 } });
    expect(stateOf(document, "fruit")).toMatchObject({
      before: '[{<<"apple">>,3},{<<"pear">>,5}]',
      after: '#{<<"apple">> => 3,<<"pear">> => 5}',
    });
    expect(stateOf(document, "books")).toMatchObject({ before: "[]", after: "#{}" });
  });

  it("upgrades one application from a directory", async () => {
    const args = ["apply", "--app", `${COUNTER}/lib/counter-0.2.0`, "--root", COUNTER];
    const { code, document } = await relupctlJson(args, applyDocument);
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", name: "counter", from: "0.1.0", to: "0.2.0" });
    expectNoLoss(document);
  });

  it("reads no states with --no-show-state, and lets the node run on for --soak", async () => {
    const args = ["apply", "0.2.0", "--root", COUNTER];
    using folder = new TemporaryFolder();
    const [without, long] = await Promise.all([
      relupctlJson([...args, "--no-show-state"], applyDocument),
      relupctlJson([...args, "--soak", "1.2s", "--log-file", folder.at("log")], applyDocument),
    ]);
    expect(without.document.states).toBeUndefined();
    expectNoLoss(long.document);
    // From the last step to the result; by default it is a moment only.
    const lines = folder.read("log").trimEnd().split("\n");
    const said = (msg: string) =>
      lines.map((line) => JSON.parse(line) as { msg: string; time: number }).find((line) => line.msg === msg)!;
    expect(said("apply").time - said("upgrade_done").time).toBeGreaterThanOrEqual(1_190);
  });

  it("executes the relup of a release where there is one", async () => {
    using root = copyRoot("counter");
    const change = ["{suspend, [counter]}", LOAD_COUNTER, "{code_change, up, [{counter, []}]}", "{resume, [counter]}"];
    root.write("releases/0.2.0/relup", relupOf(...change, "{apply, {erlang, put, [upgraded, yes]}}"));
    const { code, stdout } = await relupctl(["apply", "0.2.0", "--root", root.path]);
    expect(code).toBe(0);
    expect(stdout).toContain("upgrade by its relup");
    expect(stdout).toMatch(/^ +7 {2}ok +apply +erlang:put\(upgraded, yes\)/m);
  });
});
