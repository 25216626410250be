import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as yaml from "yaml";
import * as z from "zod";
import { toYaml } from "../../src/release/convert.js";
import { fileKind } from "../../src/release/file-kind.js";
import type { KindName } from "../../src/release/kinds/kind.js";
import { readManifest } from "../../src/release/read.js";
import { jsonSchema } from "../../src/release/schema/json-schema.js";
import { anyRecord, runs } from "./arbitrary.js";

const root = join(import.meta.dirname, "..", "..");
const names: readonly KindName[] = ["rel", "app", "appup", "relup"];

/** A judge of what the published schemas say. */
const judges = Object.fromEntries(names.map((name) => [name, z.fromJSONSchema(jsonSchema(name) as never)])) as {
  readonly [Name in KindName]: z.ZodType;
};
const issuesOf = (name: KindName, text: string): unknown => judges[name].safeParse(seen(text)).error?.issues;

/** What an editor sees: `!erl` is a string to it. */
const seen = (text: string): unknown =>
  yaml.parse(text, { customTags: [{ tag: "!erl", resolve: (erl: string) => erl }] });

describe.each(names)("the JSON Schema of a %s", (name) => {
  it("is up to date (npx tsx scripts/schemas.ts)", () => {
    const committed: unknown = JSON.parse(readFileSync(join(root, "schemas", `${name}.schema.json`), "utf8"));
    expect(committed).toEqual(jsonSchema(name));
  });

  it("takes what is written as YAML", () => {
    fc.assert(
      fc.property(anyRecord[name], (record) => {
        const text = toYaml(name, record as never);
        expect(issuesOf(name, text)).toBeUndefined();
      }),
      { numRuns: runs(150) },
    );
  });
});

it.each([
  ["rel", 'name: a\nvsn: 1.0\nerts: "1"\napplications: []'],
  ["rel", 'name: a\nvsn: "1"\nerts: "1"\napplications: [{ name: a }]'],
  ["app", "name: a\ndescripton: x"],
  ["appup", 'vsn: "1"\nupFrom: []'],
  ["appup", 'vsn: "1"\ndownTo: []\nupFrom: [{ version: "0", instructions: [{ update: m, change: hard }] }]'],
  ["appup", 'vsn: "1"\ndownTo: []\nupFrom: [{ version: "0", instructions: [{ updat: m }] }]'],
  ["relup", 'vsn: "1"\ndownTo: []\nupFrom: [{ vsn: "0", script: [{ update: m }] }]'],
] as const)("the JSON Schema of a %s refuses %j", (name, text) => {
  expect(issuesOf(name, text)).toBeDefined();
  expect(() => readManifest(name, text, "x.yaml")).toThrow();
});

describe("the examples of docs/yaml.md", () => {
  const text = readFileSync(join(root, "docs/yaml.md"), "utf8");
  const examples = [...text.matchAll(/^`(\S+)`:\n\n```yaml\n(.*?)^```$/gms)].map(([, file, content]) => [
    file!,
    content!,
  ]);

  it("show each kind", () => {
    expect(examples.map(([file]) => fileKind(file!)?.kind)).toEqual(names);
  });

  it.each(examples)("%s is valid and written as relupctl writes it", (file, content) => {
    const { kind } = fileKind(file)!;
    const { record, warnings } = readManifest(kind, content, file);
    expect(warnings).toEqual([]);
    expect(issuesOf(kind, content)).toBeUndefined();
    expect(content).toContain(`schemas/${kind}.schema.json`);
    const schema = content.split("\n")[0]!.replace(/.*=/, "");
    expect(toYaml(kind, record as never, { schema })).toBe(content);
  });
});
