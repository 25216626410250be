import { readdirSync, statSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { appText, appupText } from "../release/rules/support.js";
import { failureDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { TemporaryFolder } from "./support/root.js";
import { COUNTER, oneDocument, relupctl, relupctlJson } from "./support/run.js";

const text = z.string();
const convertDocument = z.strictObject({
  schema: z.literal("relupctl/convert@1"),
  ok: z.literal(true),
  file: text,
  kind: z.enum(["rel", "app", "appup", "relup"]),
  from: z.enum(["erlang", "yaml"]),
  to: z.enum(["erlang", "yaml"]),
  output: text.nullable(),
  text: text.nullable(),
  warnings: z.array(z.looseObject({ code: text })),
});

const YAML =
  'name: shop\ndescription: "ä shop"\nvsn: "1"\nmodules: [shop]\nregistered: []\napplications: [kernel, stdlib]\n';

describe("convert", () => {
  let folder: TemporaryFolder;
  const before = process.cwd();
  /** Runs the command in this process, from the folder. */
  const run = async (...args: string[]) => {
    const { code, out, err } = await runMain(["convert", ...args]);
    return { code, stdout: out, stderr: err };
  };
  beforeAll(() => {
    folder = new TemporaryFolder();
    process.chdir(folder.path);
    folder.write("shop.app", `%% coding: utf-8\n${appText("shop", "1").replace('"shop"', '"ä shop"')}`);
    folder.write("shop.app.yaml", YAML);
  });
  afterAll(() => {
    process.chdir(before);
    folder[Symbol.dispose]();
  });

  it("prints a manifest in its other form", async () => {
    expect(await run("shop.app", "--to", "yaml")).toEqual({ code: 0, stdout: YAML, stderr: "" });
    const built = await relupctl(["convert", "shop.app", "--to", "yaml"], { cwd: folder.path });
    expect(built).toEqual({ code: 0, signal: null, stdout: YAML, stderr: "" });
    const back = await run("shop.app.yaml", "--to", "erlang");
    expect(back.stdout.startsWith("%% coding: utf-8\n")).toBe(true);
    expect(back.stdout.replace(/^.*\n/, "")).toMatch(/^\{application,shop,/);
    expect(await run("shop.app.yaml", "--to", "erlang", "-o", "-")).toEqual(back);
  });

  it("gives the very text back when it converts twice", async () => {
    const first = await run(`${COUNTER}/lib/counter-0.3.0/ebin/counter.appup.yaml`, "--to", "erlang");
    folder.write("counter.appup", first.stdout);
    const yaml = await run("counter.appup", "--to", "yaml");
    folder.write("counter.appup.yaml", yaml.stdout);
    expect((await run("counter.appup.yaml", "--to", "erlang")).stdout).toBe(first.stdout);
    folder.remove("counter.appup");
    folder.remove("counter.appup.yaml");
  });

  it("writes a file that isn't there yet, and replaces one only with --force", async () => {
    const written = await run("shop.app.yaml", "--to", "erlang", "-o", "out.app");
    expect(written).toMatchObject({ code: 0, stdout: "ok: shop.app.yaml is written as out.app\n", stderr: "" });
    folder.write("out.app", "mine");
    const refused = await run("shop.app.yaml", "--to", "erlang", "-o", "out.app");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("out.app is there already, and was left as it is [file-exists]");
    expect(folder.read("out.app")).toBe("mine");
    expect((await run("shop.app.yaml", "--to", "erlang", "-o", "out.app", "--force")).code).toBe(0);
    expect(folder.read("out.app")).toContain("{application,shop,");
    folder.remove("out.app");
  });

  it("replaces the file behind a link, and writes to what is no plain file as it is", async () => {
    folder.write("real.app", "old");
    symlinkSync("real.app", folder.at("link.app"));
    expect((await run("shop.app.yaml", "--to", "erlang", "-o", "link.app", "--force")).code).toBe(0);
    expect(folder.read("real.app")).toContain("{application,shop,");
    expect((await run("shop.app.yaml", "--to", "erlang", "-o", "/dev/null")).code).toBe(0);
    expect(statSync("/dev/null").isFile()).toBe(false);
    folder.remove("real.app");
    folder.remove("link.app");
  });

  it("leaves nothing behind where it can't write", async () => {
    const { code, stderr } = await run("shop.app.yaml", "--to", "erlang", "-o", "none/out.app");
    expect(code).toBe(1);
    expect(stderr).toContain("none/out.app can't be written [file-not-written]");
    expect(readdirSync(folder.path).sort()).toEqual(["shop.app", "shop.app.yaml"]);
  });

  it("refuses the form that a file has already", async () => {
    for (const [file, to] of [
      ["shop.app", "erlang"],
      ["shop.app.yaml", "yaml"],
    ] as const) {
      const { code, stdout, stderr } = await run(file, "--to", to);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("already [same-form]");
    }
    expect((await run("shop.app")).code).toBe(1);
    expect((await run("shop.app", "--to", "json")).code).toBe(1);
  });

  it("refuses a name that says no kind, and a file that isn't there", async () => {
    const unnamed = await run("notes.txt", "--to", "yaml");
    expect(unnamed.code).toBe(1);
    expect(unnamed.stderr).toContain("[unknown-kind]");
    const missing = await run("none.app", "--to", "yaml");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("there is no file none.app [file-not-found]");
  });

  it("tells of everything that is wrong with a manifest, with carets, and writes nothing", async () => {
    folder.write("bad.appup", '{"1", [{"0", [{updat, a},\n  {load_module, "b"}]}], []}.\n');
    const { code, stdout, stderr } = await run("bad.appup", "--to", "yaml", "-o", "bad.appup.yaml");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^bad\.appup:1:\d+: error: there is no such upgrade instruction/m);
    expect(stderr).toMatch(/^bad\.appup:2:\d+: error: the module must be an atom/m);
    expect(stderr.match(/^ {2}\| +\^+$/gm)).toHaveLength(2);
    const failed = await run("bad.appup", "--to", "yaml", "--json");
    const document = oneDocument(failed.stdout, failureDocument("convert"));
    expect(document.problems).toHaveLength(2);
    expect(readdirSync(folder.path)).not.toContain("bad.appup.yaml");
    folder.remove("bad.appup");
  });

  it("tells of what is odd on stderr", async () => {
    folder.write("odd.appup", `${appupText("1", "[]")}\n{"0", [], []}.\n`);
    const { code, stdout, stderr } = await run("odd.appup", "--to", "yaml");
    expect(code).toBe(0);
    expect(stdout).toBe('vsn: "1"\nupFrom: []\ndownTo: []\n');
    expect(stderr).toContain("odd.appup:5:1: warning: only the first term of an appup counts");
    folder.remove("odd.appup");
  });

  it("has the text, or the file that was written, in its document", async () => {
    const cwd = { cwd: folder.path };
    const printed = oneDocument((await run("shop.app", "--to", "yaml", "--json")).stdout, convertDocument);
    expect(printed).toMatchObject({ kind: "app", from: "erlang", to: "yaml", output: null, text: YAML });
    const args = ["convert", "shop.app", "--to", "yaml", "-o", "new.app.yaml"];
    const written = await relupctlJson(args, convertDocument, cwd);
    expect(written.document).toMatchObject({ output: "new.app.yaml", text: null, warnings: [] });
    expect(folder.read("new.app.yaml")).toBe(YAML);
    folder.remove("new.app.yaml");
  });
});
