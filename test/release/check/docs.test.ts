import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readingCodes } from "../../../src/release/check/codes.js";
import { rules, type CodeMeaning } from "../../../src/release/rules/index.js";
import { translationRule } from "../../../src/upgrade/translation-rule.js";

const ROOT = join(import.meta.dirname, "../../..");
const DOCUMENT = join(ROOT, "docs/checks.md");
const allRules = [...rules, translationRule];

/** The tables of docs/checks.md by the name of their marks. `RELUPCTL_WRITE_DOCS=1` writes them anew. */
const tables: Readonly<Record<string, string>> = {
  rules: tableOf(allRules.flatMap(({ codes }) => codes)),
  reading: tableOf(readingCodes),
};

function tableOf(codes: readonly CodeMeaning[]): string {
  const rows = codes.map(({ code, severity, meaning }) => [`\`${code}\``, severity, meaning.replaceAll("|", "\\|")]);
  const all = [["code", "severity", "means"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(all[0]!), line(widths.map((width) => "-".repeat(width))), ...all.slice(1).map(line)].join("\n");
}

const marked = (name: string): RegExp => new RegExp(`(<!-- ${name} -->\n)([^]*?)(<!-- end of ${name} -->)`);

function readDocument(): string {
  const text = readFileSync(DOCUMENT, "utf8");
  if (process.env["RELUPCTL_WRITE_DOCS"] !== "1") return text;
  const written = Object.entries(tables).reduce(
    (document, [name, table]) =>
      document.replace(marked(name), (_, start: string, __, end: string) => `${start}\n${table}\n\n${end}`),
    text,
  );
  writeFileSync(DOCUMENT, written);
  return written;
}

describe("docs/checks.md", () => {
  const document = readDocument();

  const rowsOf = (text: string | undefined): string[][] =>
    (text ?? "")
      .trim()
      .split("\n")
      .map((row) => row.split(/ *(?<!\\)\| */));

  // Where these fail: RELUPCTL_WRITE_DOCS=1 npx vitest run test/release/check/docs.test.ts
  it("has what the rules find, in their words", () => {
    expect(rowsOf(marked("rules").exec(document)?.[2])).toEqual(rowsOf(tables["rules"]));
  });

  it("has what reading finds; the words for that belong to the messages", () => {
    const codes = (rows: string[][]) => rows.slice(2).map(([, code, severity]) => [code, severity]);
    expect(codes(rowsOf(marked("reading").exec(document)?.[2]))).toEqual(codes(rowsOf(tables["reading"])));
  });
});

describe("the codes", () => {
  it("are kebab-case, and each belongs to one rule", () => {
    const codes = [...allRules.flatMap((rule) => rule.codes), ...readingCodes].map(({ code }) => code);
    expect(codes.filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it("include every code that reading, or the closure of a release, can give", () => {
    const known = new Set([...allRules.flatMap((rule) => rule.codes), ...readingCodes].map(({ code }) => code));
    // Told by commands that look along a path, or write a manifest; by zod, which has codes of its own.
    const others = ["application-version-mismatch", "application-name-mismatch", "unsupported-path-pattern"];
    // A package is read by unpack, and is no manifest.
    const ofPackages = ["tar-cut", "tar-damaged", "tar-entry-refused"];
    const notFindings = new Set([...others, ...ofPackages, "unwritable-term", "custom"]);
    const sources = ["src/release", "src/terms"].flatMap((directory) =>
      readdirSync(join(ROOT, directory), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(ROOT, directory, file), "utf8")),
    );
    const written = sources.flatMap((text) => [...text.matchAll(/\bcode: "([a-z-]+)"/g)].map(([, code]) => code!));
    expect(written.length).toBeGreaterThan(40);
    expect([...new Set(written)].filter((code) => !known.has(code) && !notFindings.has(code))).toEqual([]);
  });

  it("have a test of the same name for each rule", () => {
    const files = readdirSync(join(ROOT, "src/release/rules"));
    const defining = files.filter((file) => {
      const text = readFileSync(join(ROOT, "src/release/rules", file), "utf8");
      return /= defineRule\(|: Rule = \{/.test(text);
    });
    expect(defining.length).toBe(rules.length);
    const tests = new Set(readdirSync(join(ROOT, "test/release/rules")));
    expect(defining.filter((file) => !tests.has(file.replace(/\.ts$/, ".test.ts")))).toEqual([]);
  });
});
