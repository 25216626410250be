import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is said of a code: one file of docs/explain. */
export interface Explanation {
  readonly code: string;
  /** A finding of a node or an upgrade, another problem that is reported, or a reason that OTP gives. */
  readonly kind: "finding" | "problem" | "reason";
  readonly means: string;
  /** What to do. */
  readonly todo: string;
}

/** The texts lie beside the program, from its source as from what is built. */
const DIRECTORY = join(import.meta.dirname, "..", "..", "..", "docs", "explain");

const KINDS: Readonly<Record<string, Explanation["kind"]>> = {
  "A finding of `plan` or `doctor`.": "finding",
  "A problem that relupctl reports.": "problem",
  "An error reason of OTP's release handling.": "reason",
};

/** Every code that there is a text for, in the order of the alphabet. */
export function explainedCodes(): string[] {
  return readdirSync(DIRECTORY)
    .flatMap((name) => (name.endsWith(".md") ? [name.slice(0, -".md".length)] : []))
    .sort();
}

/** The text for a code; it must be there. */
export function explanationOf(code: string): Explanation {
  return readExplanation(code, readFileSync(join(DIRECTORY, `${code}.md`), "utf8"));
}

/**
 * Reads a text: a heading with the code, a line with its kind, what it means, and `## What to do`.
 * @throws Error where it has another form
 */
export function readExplanation(code: string, text: string): Explanation {
  const match = /^# (\S+)\n\n(.+)\n\n([^]+?)\n\n## What to do\n\n([^]+)$/.exec(text);
  const [, heading, kindLine = "", means = "", todo = ""] = match ?? [];
  const kind = KINDS[kindLine];
  if (heading !== code || kind === undefined) throw new Error(`docs/explain/${code}.md has not the form of a text`);
  return { code, kind, means: paragraph(means), todo: paragraph(todo) };
}

/** The file's lines are broken for its readers; a terminal has its own width. */
const paragraph = (text: string): string => text.trim().replace(/(?<!\n)\n(?!\n)/g, " ");
