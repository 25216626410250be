import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, toErlang, toYaml } from "../../src/release/convert.js";
import { fileKind } from "../../src/release/file-kind.js";
import { readManifest } from "../../src/release/read.js";
import type { ProblemError } from "../../src/terms/problem.js";
import { atom, list, Pid, type Term } from "../../src/terms/term.js";

const directory = join(import.meta.dirname, "../../fixtures/manifests");
const files = readdirSync(directory);
const pairs = files.filter((file) => files.includes(`${file}.yaml`));
const content = (file: string): string => readFileSync(join(directory, file), "utf8");

describe.each(pairs)("fixtures/manifests/%s", (file) => {
  const { kind } = fileKind(file)!;
  const yaml = `${file}.yaml`;

  it("has the same record in both forms", () => {
    expect(readManifest(kind, content(file), file).record).toEqual(readManifest(kind, content(yaml), yaml).record);
  });

  it("becomes the other form when it is converted", () => {
    expect(convert(kind, content(file), file, "yaml").text).toBe(content(yaml));
    // Comments and the author's layout are the author's.
    const { text } = convert(kind, content(yaml), yaml, "erlang");
    expect(readManifest(kind, text, file).record).toEqual(readManifest(kind, content(file), file).record);
    if (file.startsWith("counter") || file === "relup") expect(text).toBe(content(file));
  });

  it("stays as it is when it is converted to the form that it has", () => {
    expect(convert(kind, content(yaml), yaml, "yaml").text).toBe(content(yaml));
  });
});

it("fixtures/manifests has pairs of each kind", () => {
  expect(new Set(pairs.map((file) => fileKind(file)!.kind))).toEqual(new Set(["rel", "app", "appup", "relup"]));
});

it("an appup with several terms is its first one, and converting it says so", () => {
  const { text, warnings } = convert("appup", content("several.appup"), "several.appup", "yaml");
  expect(warnings.map(({ code }) => code)).toEqual(["ignored-terms"]);
  expect(text).toMatchInlineSnapshot(`
    "vsn: "1.8.0"
    upFrom:
      - version: { regex: "1\\\\.7\\\\..*" }
        instructions:
          - load_module: several
    downTo:
      - version: { regex: "1\\\\.7\\\\..*" }
        instructions:
          - load_module: several
    "
  `);
});

it("text beyond ASCII is written with the encoding, and names the schema where it is asked to", () => {
  const { record } = readManifest("app", content("counter.app"), "counter.app");
  expect(toErlang("app", record)).toMatch(/^%% coding: utf-8\n\{application,counter,/);
  expect(toErlang("app", { ...record, description: "" })).toMatch(/^\{application,counter,/);
  expect(toYaml("app", record, { schema: "x.json" })).toMatch(
    /^# yaml-language-server: \$schema=x\.json\nname: counter\n/,
  );
});

it("an .app that the YAML form has no room for is one !erl, without a schema", () => {
  const twice =
    '{application,a,[{description,""},{vsn,"1"},{modules,[]},{registered,[]},{applications,[]},{vsn,"2"}]}.';
  const { text, warnings } = convert("app", twice, "a.app", "yaml", { schema: "x.json" });
  expect(text).toMatchInlineSnapshot(`
    "!erl |-
      {application,a,
                   [{description,[]},
                    {vsn,"1"},
                    {modules,[]},
                    {registered,[]},
                    {applications,[]},
                    {vsn,"2"}]}
    "
  `);
  expect(warnings.map(({ code }) => code)).toEqual(["ignored-key"]);
  expect(convert("app", text, "a.app.yaml", "erlang").warnings.map(({ code }) => code)).toEqual(["ignored-key"]);
});

it("what can't be read again isn't written", () => {
  const { record } = readManifest("app", content("counter.app"), "counter.app");
  const nested = Array.from({ length: 300 }).reduce<Term>((inner) => list(inner), 1);
  const deep = toYaml("app", { ...record, env: [["deep", nested]] });
  expect(readManifest("app", deep, "x.app.yaml").record.env).toEqual([["deep", nested]]);
  const modules = Array.from({ length: 100_000 }, (_, index) => `module_${index}`);
  expect(() => toYaml("app", { ...record, modules })).toThrow("too large for YAML");
  expect(toErlang("app", { ...record, modules }).length).toBeGreaterThan(1_000_000);
});

it("a term that has no written form is refused", () => {
  const pid = new Pid(atom("a@b"), 1, 0, 1);
  const record = { ...readManifest("app", content("counter.app"), "counter.app").record, env: [["pid", pid] as const] };
  const refused = (write: () => string): readonly string[] => {
    try {
      write();
      return [];
    } catch (error) {
      return (error as ProblemError).problems.map(({ code }) => code);
    }
  };
  expect(refused(() => toErlang("app", record))).toEqual(["unwritable-term"]);
  expect(refused(() => toYaml("app", record))).toEqual(["unwritable-term"]);
});

it.each([
  ["lib/a-1/ebin/a.app", "app", "erlang"],
  ["a.appup.yml", "appup", "yaml"],
  ["/r/releases/1/relup", "relup", "erlang"],
  ["relup.yaml", "relup", "yaml"],
  ["my.release.rel", "rel", "erlang"],
] as const)("%s is a manifest by its name", (file, kind, form) => {
  expect(fileKind(file)).toEqual({ kind, form });
});

it.each(["a.app.src", "relup.txt", "my_relup", "sys.config", "app", "a.yaml", ""])("%j is none", (file) => {
  expect(fileKind(file)).toBeUndefined();
});
