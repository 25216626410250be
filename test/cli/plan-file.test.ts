import { describe, expect, it } from "vitest";
import { applyDocument, failureDocument, planDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { copyRoot, COUNTER_020, TemporaryFolder } from "./support/root.js";
import { COUNTER, oneDocument, STORE, unwrapped } from "./support/run.js";

const json = async (args: readonly string[]) => {
  const { code, out } = await runMain([...args, "--json"]);
  return { code, text: out };
};

/** A plan of the counter in a file, and what apply says of it when it was edited. */
async function edited(edit: (text: string) => string): Promise<{ readonly code: number; readonly said: string }> {
  using folder = new TemporaryFolder();
  const file = folder.at("plan.json");
  expect((await runMain(["plan", "0.2.0", "--root", COUNTER, "--out", file])).code).toBe(0);
  const text = folder.read("plan.json");
  const changed = edit(text);
  if (changed === text) throw new Error("nothing was edited");
  folder.write("plan.json", changed);
  const { code, out, err } = await runMain(["apply", "--plan", file, "--root", COUNTER]);
  expect(out).toBe("");
  return { code, said: unwrapped(err) };
}

describe("a plan file", () => {
  it("may be laid out anew: what it says counts", async () => {
    using folder = new TemporaryFolder();
    await runMain(["plan", "0.2.0", "--root", COUNTER, "--out", folder.at("plan.json")]);
    const plan = JSON.parse(folder.read("plan.json")) as Record<string, unknown>;
    folder.write("plan.json", JSON.stringify(Object.fromEntries(Object.entries(plan).reverse())));
    const { code } = await runMain(["apply", "--plan", folder.at("plan.json"), "--root", COUNTER]);
    expect(code).toBe(0);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ["another step", (text) => text.replace("{suspend,[counter]}", "{purge,[counter]}"), /is not as relupctl wrote it/],
    ["another MD5", (text) => text.replace(/"md5": "./, '"md5": "f0'), /is not as relupctl wrote it/],
    [
      "another process",
      (text) => text.replace(/<0\.\d+\.0>/, "<0.9999.0>"),
      /Its checksum is not that of what it says/,
    ],
    ["another digest", (text) => text.replace(/"digest": ".{4}/, '"digest": "0000'), /is not as relupctl wrote it/],
    ["no checksum", (text) => text.replace(/,\s*"checksum": ".*"/, ""), /is not as relupctl wrote it/],
    ["a key of its own", (text) => text.replace("{", '{ "note": "mine",'), /is not as relupctl wrote it/],
    [
      "nothing that it rests on",
      (text) => text.replace('"basis"', '"base"'),
      /is not a plan that relupctl wrote.*basis/,
    ],
    ["its second half left out", (text) => text.slice(0, text.length / 2), /can't be read.*It ends in the middle/],
    ["nothing", () => "", /can't be read/],
    ["a list", () => "[]", /is not a plan that relupctl wrote.*It holds no JSON object/],
    ["another document", (text) => text.replace("/plan@1", "/tree@1"), /It says that it is relupctl\/tree@1/],
    ["no schema", (text) => text.replace(/"schema": ".*",/, ""), /It names no schema/],
    [
      "an older schema",
      (text) => text.replace("/plan@1", "/plan@0"),
      /was written by an older relupctl.*It is relupctl\/plan@0/,
    ],
    ["a newer schema", (text) => text.replace("/plan@1", "/plan@2"), /was written by a newer relupctl/],
  ])("with %s is refused before anything is done: exit code 2", async (_, edit, expected) => {
    const { code, said } = await edited(edit);
    expect(said).toMatch(expected);
    expect(said).toContain("[plan-invalid]");
    expect(code).toBe(2);
  });

  it("of a plan that could not be made says so", async () => {
    using folder = new TemporaryFolder();
    const { code, text } = await json(["plan", "9.9.9", "--root", COUNTER]);
    expect(code).toBe(2);
    folder.write("plan.json", text);
    const applied = await json(["apply", "--plan", folder.at("plan.json"), "--root", COUNTER]);
    expect(applied.code).toBe(2);
    const { error } = oneDocument(applied.text, failureDocument("apply"));
    expect(error).toMatchObject({ code: "plan-invalid" });
    expect(error.summary).toContain("holds no plan");
  });
});

describe("apply --plan on a node that is otherwise", () => {
  /** Plans the counter, changes its root, and applies the plan. */
  const after = async (change: (root: TemporaryFolder) => void, ...options: readonly string[]) => {
    using root = copyRoot("counter");
    const file = root.at("plan.json");
    expect((await runMain(["plan", "0.2.0", "--root", root.path, "--out", file])).code).toBe(0);
    change(root);
    const { code, text } = await json(["apply", "--plan", file, "--root", root.path, ...options]);
    expect(code).toBe(3);
    const document = oneDocument(text, applyDocument);
    expect(document).toMatchObject({ ok: false, result: "refused" });
    expect(document.findings.map((finding) => finding.code)).toContain("stale-plan");
    return document.differences!;
  };
  const counted = /^MD5 [0-9a-f]{32}, vsn "0\.[12]\.0"$/;

  it("shows other object code", async () => {
    const differences = await after((root) => {
      root.edit(`${COUNTER_020}/counter.js`, "// Counts.", "// It counts.");
    });
    expect(differences).toEqual([
      {
        ...{ kind: "object-code", name: "counter" },
        ...{ planned: expect.stringMatching(counted) as string, now: expect.stringMatching(counted) as string },
      },
    ]);
  });

  it("shows other running code", async () => {
    const differences = await after((root) => {
      const file = "lib/counter-0.1.0/ebin/counter.js";
      root.write(file, `${root.read(file)}\n// Other.\n`);
    });
    expect(differences.map(({ kind, name }) => [kind, name])).toEqual([
      ["module", "counter"],
      ["old-object-code", "counter"],
    ]);
  });

  it("shows another script, and the new finding that comes with it", async () => {
    const differences = await after((root) => {
      root.write("releases/0.2.0/relup", RELUP);
    });
    expect(differences).toContainEqual({
      ...{ kind: "step", name: "2", planned: null },
      now: "{apply,{erlang,node,[]}}",
    });
    expect(differences).toContainEqual(
      expect.objectContaining({ kind: "finding", name: "apply-before-point-of-no-return" }),
    );
  });

  it("shows another running version, also where no plan could be made at all", async () => {
    using folder = new TemporaryFolder();
    const file = folder.at("plan.json");
    await runMain(["plan", "0.2.0", "--root", COUNTER, "--out", file]);
    const other = await runMain(["apply", "--plan", file, "--root", COUNTER, "--boot", "0.2.0"]);
    expect(other.code).toBe(3);
    expect(unwrapped(other.err)).toMatch(
      /\[stale-plan\] - application counter is now 0\.2\.0; it was 0\.1\.0 And so: counter 0\.2\.0 is what the node runs already/,
    );
    const foreign = await runMain(["apply", "--plan", file, "--root", STORE]);
    expect(foreign.code).toBe(3);
    expect(unwrapped(foreign.err)).toMatch(/application counter doesn't run any more: 0\.1\.0.*my_store runs now/);
  });
});

/** As the appup's script, with a call in front of the point of no return. */
const RELUP = `{"0.2.0", [{"0.1.0", [], [
  {load_object_code, {counter, "0.2.0", [counter]}},
  {apply, {erlang, node, []}},
  point_of_no_return,
  {suspend, [counter]},
  {load, {counter, brutal_purge, brutal_purge}},
  {code_change, up, [{counter, []}]},
  {resume, [counter]}]}], []}.
`;

describe("a plan document", () => {
  it("says what it rests on", async () => {
    const { text } = await json(["plan", "0.2.0", "--root", COUNTER]);
    const { basis } = oneDocument(text, planDocument);
    expect(basis).toMatchObject({
      ...{ kind: "release", name: "counter", from: "0.1.0", to: "0.2.0", direction: "up", node: "relupctl@embedded" },
      libraries: { counter: "0.2.0" },
      modules: { counter: { vsn: '"0.1.0"' } },
      objectCode: { counter: { next: { vsn: '"0.2.0"' }, previous: { vsn: '"0.1.0"' } } },
      findings: [],
    });
  });
});
