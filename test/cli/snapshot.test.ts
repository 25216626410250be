import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as yaml from "yaml";
import { applyDocument, failureDocument, planDocument, treeDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { copyRoot, TemporaryFolder } from "./support/root.js";
import { COUNTER, oneDocument, STORE, unwrapped } from "./support/run.js";

const json = async (args: readonly string[]) => {
  const { code, out } = await runMain([...args, "--json"]);
  return { code, text: out };
};

/** A snapshot of a demo release in a file of the folder. */
async function taken(folder: TemporaryFolder, root: string, ...options: readonly string[]): Promise<string> {
  const file = folder.at("node.yaml");
  expect((await runMain(["snapshot", "-o", file, "--root", root, ...options])).code).toBe(0);
  return file;
}

describe("snapshot", () => {
  it("writes a file and says what is in it", async () => {
    using folder = new TemporaryFolder();
    const file = folder.at("node.yaml");
    const { code, out, err } = await runMain(["snapshot", "--output", file, "--root", COUNTER]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(unwrapped(out)).toMatch(
      /^Wrote .*node\.yaml: relupctl@embedded, which runs counter 0\.1\.0; 4 applications, \d+ processes, \d+ modules\. $/,
    );
    expect(statSync(file).size).toBeGreaterThan(1_000);
  });

  it("prints it with -o -, and as JSON", async () => {
    const { code, out } = await runMain(["snapshot", "-o", "-", "--root", COUNTER]);
    expect(code).toBe(0);
    const printed = yaml.parse(out) as { schema: string; taken: string };
    expect(printed.schema).toBe("relupctl/snapshot@1");
    using folder = new TemporaryFolder();
    const { text } = await json(["snapshot", "-o", folder.at("node.yaml"), "--root", COUNTER]);
    const document = JSON.parse(text) as object;
    expect(document).toEqual({ ok: true, ...(yaml.parse(folder.read("node.yaml")) as object) });
    folder.write("node.json", text);
    expect((await runMain(["tree", "--snapshot", folder.at("node.json")])).code).toBe(0);
  });

  it("records values of environments only when it is asked to", async () => {
    using root = copyRoot("counter");
    root.edit(
      "lib/counter-0.1.0/ebin/counter.app.yaml",
      "mod:",
      "env: { password: hunter2word }\nmod:".replace("hunter2word", '"hunter2"'),
    );
    using folder = new TemporaryFolder();
    const without = readFileSync(await taken(folder, root.path), "utf8");
    expect(without).toContain("environmentKeys: [password]");
    expect(without).not.toContain("hunter2");
    const file = await taken(folder, root.path, "--with-env");
    expect(readFileSync(file, "utf8")).toContain("hunter2");
    // For nobody else's eyes, also where the file was there before.
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("needs to be told where to write", async () => {
    const { code, err } = await runMain(["snapshot", "--root", COUNTER]);
    expect(code).toBe(1);
    expect(err).toContain("-o, --output <file>");
  });
});

describe("--snapshot", () => {
  it("shows the tree of the node without the node", async () => {
    using folder = new TemporaryFolder();
    const file = await taken(folder, STORE);
    const tree = oneDocument((await json(["tree", "--snapshot", file, "--unsupervised"])).text, treeDocument);
    const live = oneDocument((await json(["tree", "--root", STORE, "--unsupervised"])).text, treeDocument);
    const { snapshot, ...rest } = tree;
    expect(snapshot?.taken).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(rest).toEqual(live);
  });

  it("plans, says that it is from a snapshot, and the plan is applied after all is looked at again", async () => {
    using folder = new TemporaryFolder();
    const file = await taken(folder, COUNTER);
    const plan = folder.at("plan.json");
    const { code, text } = await json(["plan", "0.2.0", "--snapshot", file, "--root", COUNTER, "--out", plan]);
    expect(code).toBe(0);
    const offline = oneDocument(text, planDocument);
    expect(offline.snapshot).toBeDefined();
    expect(oneDocument(folder.read("plan.json"), planDocument)).toEqual(offline);
    const live = oneDocument((await json(["plan", "0.2.0", "--root", COUNTER])).text, planDocument);
    expect({ ...offline, snapshot: undefined, checksum: "" }).toEqual({
      ...{ ...live, snapshot: undefined, checksum: "" },
      // What it costs is measured on the node.
      costs: null,
    });
    const human = await runMain(["plan", "0.2.0", "--snapshot", file, "--root", COUNTER]);
    expect(unwrapped(human.out)).toMatch(
      /on relupctl@embedded \(by a snapshot taken \d{4}-[^)]*\), upgrade by the appups/,
    );

    const applied = await json(["apply", "--plan", plan, "--root", COUNTER]);
    expect(oneDocument(applied.text, applyDocument)).toMatchObject({ result: "upgraded", digest: live.digest });
    const stale = await json(["apply", "--plan", plan, "--root", COUNTER, "--boot", "0.3.0"]);
    expect(stale.code).toBe(3);
  });

  it("plans one application, from wherever its directory is; apply is told where it is on the node", async () => {
    using folder = new TemporaryFolder();
    using elsewhere = copyRoot("counter");
    const file = await taken(folder, COUNTER);
    const plan = folder.at("plan.json");
    const here = elsewhere.at("lib/counter-0.2.0");
    const planned = await json(["plan", "--app", here, "--snapshot", file, "--out", plan]);
    expect(oneDocument(planned.text, planDocument)).toMatchObject({ kind: "application", directory: here });
    elsewhere.remove("lib/counter-0.2.0");
    const there = `${COUNTER}/lib/counter-0.2.0`;
    expect((await runMain(["apply", "--plan", plan, "--root", COUNTER])).code).toBe(2);
    expect((await runMain(["apply", "--plan", plan, "--root", COUNTER, "--app", there])).code).toBe(0);
  });

  it("lets doctor look at the node and at an upgrade", async () => {
    using folder = new TemporaryFolder();
    const file = await taken(folder, STORE);
    for (const args of [["doctor"], ["doctor", "2.0.0"]]) {
      const offline = await json([...args, "--snapshot", file, "--root", STORE]);
      const live = await json([...args, "--root", STORE]);
      expect(offline.code).toBe(3);
      expect(live.code).toBe(3);
      // A snapshot has no start arguments, of which the live hint writes the specification in full.
      const found = ({ text }: { text: string }) =>
        (JSON.parse(text) as { findings: object[] }).findings.map((finding) => ({ ...finding, hint: "" }));
      expect(found(offline)).toEqual(found(live));
    }
    expect((await runMain(["doctor", "--snapshot", file, "--states"])).code).toBe(1);
  });

  it("says which file is missing with its place on this machine", async () => {
    using folder = new TemporaryFolder();
    const file = await taken(folder, COUNTER);
    const { code, text } = await json(["plan", "0.2.0", "--snapshot", file, "--root", folder.path]);
    expect(code).toBe(2);
    const { error } = oneDocument(text, failureDocument("plan"));
    expect(error).toMatchObject({ code: "release-not-found", summary: `there is no release 0.2.0 in ${folder.path}` });
  });

  it("is refused where it is none, with the place; and together with a node", async () => {
    using folder = new TemporaryFolder();
    const file = await taken(folder, COUNTER);
    folder.edit("node.yaml", "anomalies: []", "anomalies: none");
    const { code, err } = await runMain(["tree", "--snapshot", file]);
    expect(code).toBe(2);
    expect(err).toMatch(/node\.yaml:\d+:12: error: anomalies must be a list, not the text "none" \[snapshot-invalid\]/);
    const missing = await runMain(["plan", "0.2.0", "--snapshot", folder.at("none.yaml")]);
    expect(missing.code).toBe(2);
    expect(unwrapped(missing.err)).toMatch(/none\.yaml can't be read \[snapshot-invalid\]/);
    for (const other of [
      ["--node", "a@b"],
      ["--boot", "0.2.0"],
    ]) {
      const { code, err } = await runMain(["tree", "--snapshot", file, ...other]);
      expect(code).toBe(1);
      expect(err).toContain("cannot be used with option");
    }
  });
});
