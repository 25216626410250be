import { describe, expect, it } from "vitest";
import { applyDocument, planDocument } from "./support/documents.js";
import { copyRoot, COUNTER_020, TemporaryFolder } from "./support/root.js";
import { COUNTER, oneDocument, relupctl, relupctlJson, STORE, unwrapped, widest } from "./support/run.js";

describe("plan", () => {
  it("shows the steps in their order, the processes they touch, and what becomes of them", async () => {
    const { code, stdout, stderr } = await relupctl(["plan", "0.2.0", "--root", COUNTER]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^counter 0\.1\.0 -> 0\.2\.0 on relupctl@embedded, upgrade by the appups$/m);
    const steps = stdout.match(/^ +\d+ {2}.*$/gm)?.map((line) => line.trim().split(/ {2,}/));
    expect(steps).toEqual([
      ["1", "load_object_code", "counter 0.2.0: counter"],
      ["2", "point_of_no_return"],
      ["3", "suspend", "counter", "1 process"],
      ["4", "load", "counter"],
      ["5", "code_change", "counter", "1 process"],
      ["6", "resume", "counter", "1 process"],
    ]);
    expect(stdout).toMatch(/^counter {2}1 migrated \(counter\): the child specification names it$/m);
    expect(stdout).toMatch(/^Nothing stands in the way\.\ndigest [0-9a-f]{64}\n$/m);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it("is one document as JSON", async () => {
    const { code, document, stderr } = await relupctlJson(["plan", "0.2.0", "--root", COUNTER], planDocument);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(document).toMatchObject({ ok: true, from: "0.1.0", to: "0.2.0", direction: "up", findings: [] });
    const suspended = document.steps[2]!;
    expect(suspended).toMatchObject({ index: 2, instruction: "suspend", modules: ["counter"], undo: "exact" });
    expect(document.coverage).toMatchObject({ counter: { migrated: suspended.processes, reloaded: [], missed: [] } });
  });

  it("changes nothing: planning twice gives the same digest", async () => {
    const digests = ["0.1.0", "0.1.0", "0.3.0"].map(async (from) => {
      const args = ["plan", "0.2.0", "--boot", from, "--root", COUNTER];
      return (await relupctlJson(args, planDocument)).document.digest;
    });
    const [first, second, other] = await Promise.all(digests);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe("a child specification that names another module than the one that runs", () => {
  const args = ["2.0.0", "--root", STORE];

  it("is found by plan: process, supervisor, the modules it lists, what to change; exit code 3", async () => {
    const { code, stdout, stderr } = await relupctl(["plan", ...args]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    const said = unwrapped(stdout);
    expect(said).toContain("3 processes that run it would be missed [callback-not-declared]");
    expect(said).toContain("apply would refuse this: callback-not-declared.");
    expect(said).toMatch(
      /fruit \(<0\.\d+\.0>\), tools .*, books .* under the supervisor Elixir\.MyStore\.Stores \(<0\./,
    );
    expect(said).toContain("the child specification lists the modules ['Elixir.MyStore']");
    expect(said).toContain("What to do: Write modules: [MyStore.Server] in the child specification");
    expect(said).toContain("Elixir.MyStore.Server 3 MISSED (fruit, tools, books)");
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it("is found by plan as JSON", async () => {
    const { code, document } = await relupctlJson(["plan", ...args], planDocument);
    expect(code).toBe(3);
    expect(document.ok).toBe(false);
    const [finding] = document.findings;
    expect(finding).toMatchObject({
      code: "callback-not-declared",
      severity: "error",
      module: "Elixir.MyStore.Server",
      pids: document.coverage["Elixir.MyStore.Server"]!.missed,
    });
    expect(finding!.pids).toHaveLength(3);
  });

  it("keeps apply from changing anything", async () => {
    const [human, json] = await Promise.all([
      relupctl(["apply", ...args]),
      relupctlJson(["apply", ...args], applyDocument),
    ]);
    expect(human).toMatchObject({ code: 3, stderr: "" });
    expect(human.stdout).toContain("[callback-not-declared]");
    expect(human.stdout).toContain("Refused: nothing was changed on the node.");
    expect(json.code).toBe(3);
    expect(json.document).toMatchObject({ ok: false, result: "refused", failure: null, suspension: { count: 0 } });
    expect(json.document.findings.map(({ code }) => code)).toEqual(["callback-not-declared"]);
    expect(json.document.steps.some((step) => "status" in step)).toBe(false);
  });

  it("can be allowed: then the plan is no refusal", async () => {
    const allow = ["--allow", "vsn-not-set, callback-not-declared", "--allow", "module-missing"];
    const { code, document } = await relupctlJson(["plan", ...args, ...allow], planDocument);
    expect(code).toBe(0);
    expect(document.ok).toBe(true);
    expect(document.findings).toHaveLength(1);
  });
});

describe("a plan in a file", () => {
  it("is what --json prints, and is applied by apply --plan", async () => {
    using folder = new TemporaryFolder();
    const file = folder.at("plan.json");
    const planned = await relupctl(["plan", "0.2.0", "--root", COUNTER, "--out", file, "--json"]);
    expect(planned).toMatchObject({ code: 0, stdout: folder.read("plan.json") });
    const { digest } = oneDocument(planned.stdout, planDocument);
    const { code, document } = await relupctlJson(["apply", "--plan", file, "--root", COUNTER], applyDocument);
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", to: "0.2.0", digest });
  });

  it("is refused where another one would be made now", async () => {
    using root = copyRoot("counter");
    const plan = root.at("plan.json");
    await relupctl(["plan", "0.2.0", "--root", root.path, "--out", plan]);
    root.edit(`${COUNTER_020}/counter.js`, "// Counts.", "// It counts.");
    const { code, stdout } = await relupctl(["apply", "--plan", plan, "--root", root.path]);
    expect(code).toBe(3);
    expect(unwrapped(stdout)).toMatch(
      /\[stale-plan\].*the new object code of counter is now MD5 [0-9a-f]{32}, vsn "0\.2\.0"; it was MD5 [0-9a-f]{32}.*Make a new plan.*Refused: nothing was changed/,
    );
  });

  it("is of an application too", async () => {
    using folder = new TemporaryFolder();
    const args = ["plan", "--app", "lib/counter-0.2.0", "--root", ".", "--out", folder.at("plan.json")];
    const planned = await relupctlJson(args, planDocument, { cwd: COUNTER });
    expect(planned.document).toMatchObject({ kind: "application", directory: `${COUNTER}/lib/counter-0.2.0` });
    // From another working directory: the directory in the plan is absolute.
    const applied = ["apply", "--plan", folder.at("plan.json"), "--root", COUNTER];
    const { code, document } = await relupctlJson(applied, applyDocument);
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", from: "0.1.0", to: "0.2.0" });
  });

  it("is refused where it is none", async () => {
    using folder = new TemporaryFolder();
    folder.write("other.json", '{ "schema": "relupctl/plan@1", "kind": "release", "digest": "0" }');
    folder.write("broken.json", "{");
    const files = ["other.json", "broken.json", "missing.json"];
    const finished = await Promise.all(files.map((file) => relupctl(["apply", "--plan", folder.at(file)])));
    for (const { code, stdout } of finished) expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(finished.map(({ stderr }) => unwrapped(stderr))).toEqual([
      expect.stringMatching(/other\.json is not a plan that relupctl wrote \[plan-invalid\].*digest.*Make one with/),
      expect.stringMatching(/broken\.json can't be read \[plan-invalid\]/),
      expect.stringMatching(/missing\.json can't be read \[plan-invalid\].*ENOENT/),
    ]);
  });
});
