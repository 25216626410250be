import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { explanationOf } from "../../../src/cli/explain/texts.js";
import { ALLOWABLE_FINDINGS, DOCTOR_FINDINGS } from "../../../src/upgrade/finding.js";

const DOCUMENT = join(import.meta.dirname, "..", "..", "..", "docs", "findings.md");

/** The texts of docs/explain for every finding, between the marks of docs/findings.md. */
function sections(): string {
  const of = (title: string, codes: readonly string[]): string => {
    const texts = codes.toSorted().map((code) => {
      const { means, todo } = explanationOf(code);
      return `### ${code}\n\n${means}\n\n${todo}`;
    });
    return [`## ${title}`, ...texts].join("\n\n");
  };
  return [
    of("What plan, apply and doctor find", [...ALLOWABLE_FINDINGS, "no-upgrade-path"]),
    of("What doctor alone finds", DOCTOR_FINDINGS),
  ].join("\n\n");
}

/** `RELUPCTL_WRITE_DOCS=1` writes them anew. */
it("docs/findings.md has the texts of every finding", () => {
  const document = readFileSync(DOCUMENT, "utf8");
  const expected = document.replace(
    /(<!-- findings -->\n)[^]*(\n<!-- end of findings -->)/,
    (_, begin: string, end: string) => `${begin}\n${sections()}\n${end}`,
  );
  if (process.env["RELUPCTL_WRITE_DOCS"] === "1") writeFileSync(DOCUMENT, expected);
  expect(expected).toBe(readFileSync(DOCUMENT, "utf8"));
});
