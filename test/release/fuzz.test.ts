import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toErlang, toYaml } from "../../src/release/convert.js";
import type { KindName } from "../../src/release/kinds/kind.js";
import { readAppupOutline } from "../../src/release/outline.js";
import { readManifest, type Input } from "../../src/release/read.js";
import { ProblemError } from "../../src/terms/problem.js";
import { anyRecord, runs } from "./arbitrary.js";
import { cpuMs } from "../support/cpu.js";

/** A broken file is small enough to look at as it is, and making it smaller takes minutes. */
const limits = (count: number) => ({ numRuns: runs(count), endOnFailure: true });

const names: readonly KindName[] = ["rel", "app", "appup", "relup"];
const files = names.flatMap((name) => [
  { name, file: `x.${name}` },
  { name, file: `x.${name}.yaml` },
]);

/** Reads a file that may be anything. What it throws must be problems, each with words and, where told, a true place. */
function readAnything(name: KindName, input: Input, file: string): "valid" | readonly string[] {
  try {
    readManifest(name, input, file);
    if (name === "appup") readAppupOutline(input, file);
    return "valid";
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    for (const { code, summary, span } of error.problems) {
      expect(code).toMatch(/^[a-z-]+$/);
      // What was found instead of a token is shown as it stands.
      if (code !== "syntax-error") expect(summary).toMatch(/^[^\n]{10,}$/);
      if (code === "more-problems") continue;
      expect(span?.file).toBe(file);
      expect(span!.start.line).toBeGreaterThan(0);
      expect(span!.end.offset).toBeGreaterThanOrEqual(span!.start.offset);
    }
    return error.problems.map(({ code }) => code);
  }
}

describe.each(files)("$file", ({ name, file }) => {
  const write = file.endsWith(".yaml") ? toYaml : toErlang;
  const valid = anyRecord[name].map((record) => Buffer.from(write(name, record as never)));

  it("may be any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readAnything(name, bytes, file);
      }),
      limits(300),
    );
  });

  it("may be any text", () => {
    const token = fc.constantFrom(
      ..."{ } [ ] , : - ? | > & * ! % @ ` # \n \t ' \" ~ . = << >> vsn a 1 !erl &a *a --- ... upFrom: update:".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(token, token, fc.string({ maxLength: 3 })), { maxLength: 40 }), (parts) => {
        readAnything(name, parts.join(""), file);
        readAnything(name, parts.join(" "), file);
      }),
      limits(200),
    );
  });

  it("may end anywhere", () => {
    fc.assert(
      fc.property(valid, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, share) => {
        readAnything(name, bytes.subarray(0, Math.floor(bytes.length * share)), file);
      }),
      limits(60),
    );
  });

  it("may have bytes that are wrong", () => {
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(...Buffer.from("{}[]\"',.:-!%#&*\n ")), fc.nat({ max: 255 })),
    );
    fc.assert(
      fc.property(valid, fc.array(change, { minLength: 1, maxLength: 4 }), (bytes, changes) => {
        const broken = Uint8Array.from(bytes);
        for (const [at, byte] of changes) broken[at % broken.length] = byte;
        readAnything(name, broken, file);
      }),
      limits(60),
    );
  });
});

const MB = 1024 * 1024;
const usual = '{description,""},{vsn,"1"},{modules,[]},{registered,[]},{applications,[]}';
const bomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]`),
].join("\n");

/** Large and deep files, and what is said of them. All of them together take some seconds. */
const large: readonly (readonly [string, KindName, string, () => Input, string])[] = [
  ["10 MB of zeros", "app", "x.app", () => new Uint8Array(10 * MB), "syntax-error"],
  ["10 MB of 255", "app", "x.app", () => new Uint8Array(10 * MB).fill(255), "syntax-error"],
  ["2 MB of brackets", "app", "x.app", () => "[".repeat(2 * MB), "syntax-error"],
  [
    "a large valid relup",
    "relup",
    "relup",
    () => `{"2",[{"1",[],[${"{purge,[m]},".repeat(100_000)}restart_emulator]}],[]}.`,
    "valid",
  ],
  [
    "many faults",
    "relup",
    "relup",
    () => `{"2",[{"1",[],[${"{purge,m},".repeat(200_000)}restart_emulator]}],[]}.`,
    "bad-module-list",
  ],
  [
    "a deep term",
    "app",
    "x.app",
    () => `{application,a,[${usual},{env,[{k,${"[".repeat(200_000)}${"]".repeat(200_000)}}]}]}.`,
    "valid",
  ],
  ["a long integer", "app", "x.app", () => `{application,a,[${usual},{env,[{k,${"9".repeat(100_000)}}]}]}.`, "valid"],
  ["10 MB of zeros in YAML", "app", "x.app.yaml", () => new Uint8Array(10 * MB), "file-too-large"],
  ["1 MB of zeros in YAML", "app", "x.app.yaml", () => new Uint8Array(MB), "bad-application-file"],
  ["1 MB of brackets in YAML", "app", "x.app.yaml", () => "[".repeat(MB), "too-deep"],
  ["1 MB of dashes in YAML", "app", "x.app.yaml", () => "- ".repeat(MB / 2), "too-deep"],
  [
    "deep indentation in YAML",
    "app",
    "x.app.yaml",
    () => Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    "too-deep",
  ],
  ["many closing braces in YAML", "app", "x.app.yaml", () => "}".repeat(MB / 8), "syntax-error"],
  ["a YAML bomb", "app", "x.app.yaml", () => `${bomb}\nmodules: *a12\n`, "alias-bomb"],
  [
    "many keys in YAML",
    "app",
    "x.app.yaml",
    () => Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join("\n"),
    "bad-application-name",
  ],
  ["many faults in YAML", "app", "x.app.yaml", () => `modules:\n${"- 1\n".repeat(80_000)}`, "bad-application-name"],
];

describe("large files", () => {
  it.each(large)("with %s", (_, name, file, make, expected) => {
    const input = make();
    const start = cpuMs();
    const result = readAnything(name, input, file);
    expect(result === "valid" ? result : result[0]).toBe(expected);
    expect(cpuMs() - start).toBeLessThan(20_000);
  });
});
