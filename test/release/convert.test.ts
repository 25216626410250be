import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convert, toErlang, toYaml } from "../../src/release/convert.js";
import { fileKind } from "../../src/release/file-kind.js";
import type { KindName } from "../../src/release/kinds/kind.js";
import { kinds, readManifest } from "../../src/release/read.js";
import { equals } from "../../src/terms/equal.js";
import { parseForms } from "../../src/terms/parse.js";
import { prettyTerm } from "../../src/terms/print.js";
import { atom, list, string, tuple, type Term } from "../../src/terms/term.js";
import { describeErlang } from "../support/erlang.js";
import { anyApp, anyData, anyRecord, runs } from "./arbitrary.js";

const names: readonly KindName[] = ["rel", "app", "appup", "relup"];
const parse = (text: string): Term => parseForms(text, "x")[0]!.term;

/** Both ways, through both forms: the term is the same at the end. */
function expectSameTerm(name: KindName, term: Term): void {
  const yaml = toYaml(name, term);
  const back = convert(name, yaml, "x.yaml", "erlang").text;
  if (!equals(parse(back), term)) expect(back).toBe(prettyTerm(term));
}

describe.each(names)("a generated %s", (name) => {
  it("is the same term after Erlang, YAML, Erlang", () => {
    fc.assert(
      fc.property(anyRecord[name], (record) => {
        expectSameTerm(name, kinds[name].encode(record as never));
      }),
      { numRuns: runs(300) },
    );
  });

  it("is the same record after YAML, Erlang, YAML", () => {
    fc.assert(
      fc.property(anyRecord[name], (record) => {
        const yaml = toYaml(name, record as never);
        const fromYaml = readManifest(name, yaml, "x.yaml").record;
        const erlang = toErlang(name, fromYaml as never);
        expect(toYaml(name, readManifest(name, erlang, "x").record as never)).toBe(yaml);
        expect(equals(kinds[name].encode(fromYaml as never), kinds[name].encode(record as never))).toBe(true);
      }),
      { numRuns: runs(200) },
    );
  });
});

describe("an .app", () => {
  const term = (...pairs: readonly Term[]): Term => tuple(atom("application"), atom("a"), list(...pairs));

  it("keeps the order of its keys, keys that are unknown or written twice, and what is no key at all", () => {
    const junk = fc.oneof(
      anyData,
      fc.constant(tuple(atom("vsn"), string("2"))),
      fc.constant(tuple(atom("mod"), list())),
    );
    const shuffled = fc.tuple(anyApp, fc.array(junk, { maxLength: 2 })).chain(([app, odd]) => {
      const pairs = (kinds.app.encode(app) as { elements: readonly { elements: readonly Term[] }[] }).elements[2]!
        .elements;
      return fc.shuffledSubarray([...pairs, ...odd], { minLength: pairs.length + odd.length });
    });
    let kept = 0;
    fc.assert(
      fc.property(shuffled, (pairs) => {
        const odd = term(...pairs);
        try {
          toYaml("app", odd);
        } catch {
          return;
        }
        kept++;
        expectSameTerm("app", odd);
      }),
      { numRuns: runs(400) },
    );
    expect(kept).toBeGreaterThan(150);
  });
});

describeErlang("the manifests of the installed Erlang and Elixir", () => {
  const roots = ["erl", "elixir"].flatMap((command) => {
    try {
      const path = execFileSync("sh", ["-c", `readlink -f "$(command -v ${command})"`])
        .toString()
        .trim();
      return [path.replace(/\/(?:erts-[^/]*\/)?bin\/[^/]*$/, "")];
    } catch {
      return [];
    }
  });
  const tests = ["(", "-name", "*.app", "-o", "-name", "*.appup", "-o", "-name", "*.rel", ")"];
  const found = roots.length === 0 ? "" : execFileSync("find", ["-L", ...roots, ...tests]).toString();
  const files = found.split("\n").filter((file) => fileKind(file) !== undefined);

  it("are there", () => {
    expect(files.filter((file) => file.endsWith(".app")).length).toBeGreaterThan(5);
    expect(files.filter((file) => file.endsWith(".appup")).length).toBeGreaterThan(5);
  });

  it.each(files)("%s is the same term after Erlang, YAML, Erlang", (file) => {
    const { kind } = fileKind(file)!;
    const bytes = readFileSync(file);
    const yaml = convert(kind, bytes, file, "yaml");
    expect(yaml.warnings.filter(({ code }) => code !== "missing-sasl")).toEqual([]);
    // None of them needs the way out that writes the whole file as one term.
    expect(yaml.text.startsWith("!erl")).toBe(false);
    const back = convert(kind, yaml.text, `${file}.yaml`, "erlang").text;
    expect(equals(parse(back), parse(bytes.toString()))).toBe(true);
    expect(toYaml(kind, readManifest(kind, back, file).record as never)).toBe(yaml.text);
  });
});
