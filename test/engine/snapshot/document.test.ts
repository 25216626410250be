import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as yaml from "yaml";
import * as z from "zod";
import type { SnapshotDocument } from "../../../src/engine/snapshot/document.js";
import { inspectionOf, inspectionRecord } from "../../../src/engine/snapshot/inspection.js";
import { snapshotJsonSchema } from "../../../src/engine/snapshot/json-schema.js";
import { codeRecords, modulesOf, type SnapshotModule } from "../../../src/engine/snapshot/modules.js";
import { processesOf, processRecords } from "../../../src/engine/snapshot/processes.js";
import { readSnapshot } from "../../../src/engine/snapshot/read.js";
import { termOf, termRecord } from "../../../src/engine/snapshot/term-record.js";
import { snapshotYaml } from "../../../src/engine/snapshot/write.js";
import { renderCaret } from "../../../src/terms/caret.js";
import { equals } from "../../../src/terms/equal.js";
import { ProblemError } from "../../../src/terms/problem.js";
import { atom, Pid, string, tuple } from "../../../src/terms/term.js";
import type { ObservedProcess } from "../../../src/upgrade/facts.js";
import { dataOf, anyData, limits } from "../../terms/arbitrary.js";
import { anyIdentifier } from "../../terms/etf/arbitrary.js";
import { aProcess } from "../../support/facts.js";
import { TAKEN } from "./offline.js";

const MD5 = "0123456789abcdef0123456789abcdef";

const DOCUMENT: SnapshotDocument = {
  schema: "relupctl/snapshot@1",
  ...{ taken: TAKEN, node: "shop@localhost", creation: 1, otpRelease: "25", root: "/opt/shop", extension: ".beam" },
  release: { name: "shop", vsn: "0.1.0" },
  applications: [{ name: "shop", vsn: "0.1.0", directory: "/opt/shop/lib/shop-0.1.0", environmentKeys: ["port"] }],
  processes: [{ pids: "<0.3.0> <0.2.0>", application: "shop", modules: ["cart"], callbackModule: "cart" }],
  anomalies: [],
  code: [{ directory: "/opt/shop/lib/shop-0.1.0/ebin", modules: { cart: { md5: MD5, vsn: '"0.1.0"' } } }],
  inspection: {
    ...{ mode: "embedded", applications: [], callbacks: {}, suspended: [], silent: [], oldCode: [] },
    ...{ oldCodeNotLookedAt: [], shadows: [], specifications: {}, notWritable: [], disks: [] },
  },
  files: { "/opt/shop/releases/0.1.0/shop.rel": "{release,\n {a}}.\n" },
  complete: true,
};
const TEXT = snapshotYaml(DOCUMENT);

const read = (text: string) => readSnapshot(new TextEncoder().encode(text), "node.yaml");

/** `line:column summary` of each problem. */
function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map(({ code, span, summary }) => {
      expect(code).toBe("snapshot-invalid");
      expect(renderCaret(span!)).toContain("^");
      return `${span!.file}:${span!.start.line}:${span!.start.column}: ${summary}`;
    });
  }
  throw new Error("it was read");
}

const lineOf = (what: string): number => TEXT.split("\n").findIndex((line) => line.includes(what)) + 1;
const edited = (what: string, by: string): string[] => {
  if (!TEXT.includes(what)) throw new Error(`there is no ${what}`);
  return problemsOf(TEXT.replace(what, () => by));
};

describe("a snapshot in a file", () => {
  it("is read as it was written, from YAML and from JSON", () => {
    const snapshot = read(TEXT);
    expect(snapshot).toMatchObject({ taken: TAKEN, root: "/opt/shop", extension: ".beam" });
    expect(snapshot.facts.processes.map(({ text }) => text)).toEqual(["<0.2.0>", "<0.3.0>"]);
    expect(snapshot.facts.modules.get("cart")).toMatchObject({
      md5: MD5,
      file: "/opt/shop/lib/shop-0.1.0/ebin/cart.beam",
    });
    expect(snapshot.modules.get("cart")?.onDisk.md5).toBe(MD5);
    expect(snapshot.files.get("/opt/shop/releases/0.1.0/shop.rel")).toBe("{release,\n {a}}.\n");
    expect(read(JSON.stringify({ ok: true, ...DOCUMENT }, null, 2))).toEqual(snapshot);
    expect(yaml.parse(TEXT)).toEqual(DOCUMENT);
  });

  it("is told where it is wrong", () => {
    expect(edited("environmentKeys: [port]", "environment: {}")).toEqual([
      `node.yaml:${lineOf("applications") + 1}:4: applications[0].environmentKeys is missing`,
    ]);
    expect(edited("creation: 1", "creation: one")).toEqual([
      `node.yaml:${lineOf("creation")}:11: creation must be a number, not the text "one"`,
    ]);
    expect(edited("anomalies: []", "anomalies: {}")).toEqual([
      `node.yaml:${lineOf("anomalies")}:12: anomalies must be a list, not a mapping`,
    ]);
    expect(edited("mode: embedded", "mode: sticky")[0]).toMatch(
      /inspection\.mode must be interactive or embedded, not the text "sticky"$/,
    );
    expect(edited(MD5, "abc")[0]).toMatch(/md5: must be an MD5, in 32 hexadecimal digits; found the text "abc"$/);
    expect(edited("<0.3.0> <0.2.0>", "<0.3> 7")[0]).toMatch(/pids: must be pids of the node itself/);
    expect(edited("otpRelease:", "otpReleas:")).toEqual([
      expect.stringMatching(/^node\.yaml:1:1: otpRelease is missing$/),
      `node.yaml:${lineOf("otpRelease")}:1: unknown key otpReleas`,
    ]);
    expect(edited(`vsn: "\\"0.1.0\\""`, "vsn: '{a'")[0]).toMatch(/holds a term that can't be read/);
  });

  it("of another kind or version is told by its schema", () => {
    expect(edited("relupctl/snapshot@1", "relupctl/tree@1")).toEqual([
      "node.yaml:1:9: node.yaml is no snapshot of a node",
    ]);
    expect(edited('schema: "relupctl/snapshot@1"\n', "")).toEqual([
      "node.yaml:1:1: node.yaml is no snapshot of a node",
    ]);
    expect(edited("snapshot@1", "snapshot@0")).toEqual(["node.yaml:1:9: the snapshot was taken by an older relupctl"]);
    expect(edited("snapshot@1", "snapshot@2")).toEqual(["node.yaml:1:9: the snapshot was taken by a newer relupctl"]);
    expect(problemsOf("")).toHaveLength(1);
    expect(problemsOf("- 1")).toHaveLength(1);
  });

  it("that is no YAML, or cut off, is refused", () => {
    expect(() => read("a: [")).toThrow(ProblemError);
    for (let end = 0; end < TEXT.length - 1; end += 17) {
      expect(() => read(TEXT.slice(0, end))).toThrow(ProblemError);
    }
    expect(edited("complete: true\n", "")).toEqual(["node.yaml:1:1: complete is missing"]);
  });

  it("tells not more than can be read", () => {
    const many = { ...DOCUMENT, anomalies: Array.from({ length: 50 }, () => ({ kind: "none" })) };
    expect(problemsOf(JSON.stringify(many))).toHaveLength(21);
  });
});

it("keeps what supervisors say of a child, but its arguments only where they are wanted", () => {
  const given = { ...{ id: atom("cart"), module: "api", function: "start_link" }, args: '["secret"]' };
  const specification = { ...given, settings: { restart: atom("transient"), shutdown: 30_000 } };
  const inspection = { ...inspectionOf(DOCUMENT.inspection), specifications: new Map([["<0.2.0>", specification]]) };
  const kept = (withArguments: boolean) =>
    inspectionOf(inspectionRecord(inspection, withArguments)).specifications.get("<0.2.0>");
  expect(kept(true)).toEqual(specification);
  expect(kept(false)).toEqual({ ...specification, args: undefined });
});

describe("the JSON Schema of a snapshot", () => {
  const schema = snapshotJsonSchema();

  it("is up to date (npx tsx scripts/schemas.ts)", () => {
    const file = join(import.meta.dirname, "..", "..", "..", "schemas", "snapshot.schema.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it("takes a snapshot, and refuses what is none", () => {
    const judge = z.fromJSONSchema(schema as never);
    expect(judge.safeParse(yaml.parse(TEXT)).error?.issues).toBeUndefined();
    expect(judge.safeParse({ ...DOCUMENT, node: 1 }).success).toBe(false);
    expect(judge.safeParse({ ...DOCUMENT, nodes: [] }).success).toBe(false);
  });
});

describe("what a snapshot is made of", () => {
  it("keeps every term, also one that can't be written as text", () => {
    fc.assert(
      fc.property(fc.oneof(anyData, dataOf(anyIdentifier)), (term) => {
        expect(equals(termOf(termRecord(term)), term)).toBe(true);
      }),
      limits(500),
    );
    const pid = new Pid(atom("shop@localhost"), 7, 0, 1);
    expect(termRecord(tuple(atom("worker"), pid))).toMatchObject({
      text: "{worker,<shop@localhost.7.0>}",
      etf: expect.any(String) as string,
    });
    expect(termRecord(string("a"))).toEqual({ text: '"a"' });
  });

  const anyProcess = fc.record({
    ...{ application: fc.option(fc.constantFrom("shop", "Elixir.A"), { nil: undefined }), hidden: fc.boolean() },
    supervisor: fc.constantFrom(undefined, "<0.1.0>"),
    id: fc.constantFrom(undefined, atom("a"), string("b")),
    type: fc.constantFrom("worker" as const, "supervisor" as const),
    modules: fc.subarray(["cart", "api"]),
    dynamic: fc.boolean(),
    callbackModule: fc.constantFrom(undefined, "cart"),
    registeredName: fc.constantFrom(undefined, "yes", "a b"),
    messageQueueLength: fc.nat(3),
    kind: fc.constantFrom(undefined, "gen_server" as const, "own_code" as const),
    handlers: fc.subarray(["h"]),
    stack: fc.subarray(["s"]),
    suspended: fc.constantFrom(true, false, undefined),
    hibernating: fc.boolean(),
  });

  it("keeps every process, and puts together those that differ in their pid alone", () => {
    fc.assert(
      fc.property(fc.array(anyProcess, { maxLength: 20 }), fc.nat(20), (given, silent) => {
        const processes = given.map((each, index): ObservedProcess => ({
          ...aProcess(index + 2),
          ...each,
          supervised: each.application !== undefined,
        }));
        const notResponding = new Set(processes.slice(0, silent).map(({ text }) => text));
        const written = snapshotYaml({
          ...DOCUMENT,
          node: "test@host",
          processes: processRecords(processes, notResponding),
        });
        const { facts } = read(written);
        expect(facts.processes).toEqual(processes);
        expect(facts.notResponding).toEqual(notResponding);
      }),
      { numRuns: 200 },
    );
    const alike = Array.from({ length: 1_000 }, (_, index) => aProcess(index + 2, { id: undefined }));
    const [record, ...others] = processRecords(alike, new Set());
    expect(others).toEqual([]);
    expect(processesOf([record!], "test@host", 1).processes).toHaveLength(1_000);
  });

  const anyCode = fc.record({
    md5: fc.constantFrom(undefined, MD5, MD5.replaceAll("0", "f")),
    vsn: fc.constantFrom(undefined, string("1"), atom("two"), BigInt(`0x${MD5}`)),
  });
  const anyModule = fc
    .record({
      loaded: anyCode,
      disk: anyCode,
      isChanged: fc.boolean(),
      old: fc.constantFrom(undefined, [], ["<0.7.0>"]),
    })
    .chain((given) =>
      fc
        .constantFrom("/lib/a.beam", "/lib/b/cart.beam", "", "cart.beam", undefined)
        .map((file) => ({ ...given, file })),
    );

  it("keeps what is loaded of every module, and what is on disk", () => {
    fc.assert(
      fc.property(anyModule, ({ loaded, disk, isChanged, old, file }) => {
        const code = ({ md5, vsn }: typeof loaded) => ({ md5, vsn: md5 === undefined ? undefined : vsn });
        const module: SnapshotModule = {
          observed: {
            ...{ module: "cart", file, ...code(loaded), exportsCodeChange: loaded.md5 !== undefined && isChanged },
            ...{ hasOldCode: old !== undefined, processesOnOldCode: old ?? [] },
          },
          onDisk: file === undefined ? { md5: undefined, vsn: undefined } : code(disk),
        };
        const document = { ...DOCUMENT, code: codeRecords([module], ".beam") };
        expect(modulesOf(yaml.parse(snapshotYaml(document)) as SnapshotDocument)).toEqual(new Map([["cart", module]]));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps every text of a file", () => {
    const anyText = fc.oneof(
      fc.string({
        unit: fc.constantFrom("a", " ", "\n", "\t", "\r", "%", "{", ":", "#", "-", '"', "ä", "\u2028", "\0"),
      }),
      fc.string({ unit: "binary" }).map((text) => text.replaceAll(/\p{Cs}/gu, "?")),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const { files } = read(snapshotYaml({ ...DOCUMENT, files: { "/a b": text } }));
        expect(files.get("/a b")).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
