import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Found } from "./cell.js";

/** The table of the fault matrix in docs/reliability.md. */

const FILE = join(import.meta.dirname, "..", "..", "..", "docs", "reliability.md");
const [BEGIN, END] = ["<!-- fault matrix -->", "<!-- end of the fault matrix -->"] as const;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** By row and column: what was found, one for each moment. */
  readonly cells: readonly (readonly (readonly Found[])[])[];
}

export function tableText({ columns, rows, cells }: Table): string {
  const all = cells.flat(2);
  const times = (found: Found): number => all.filter((each) => each === found).length;
  const texts = [
    ["act", ...columns],
    ...rows.map((row, index) => [row, ...cells[index]!.map((found) => (found.length === 0 ? "-" : found.join(", ")))]),
  ];
  const widths = texts[0]!.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [
    line(texts[0]!),
    rule,
    ...texts.slice(1).map(line),
    "",
    `${all.length} faults: ${times("old")} times the node was all old afterwards, ${times("new")} times all new, never anything else.`,
  ].join("\n");
}

/** The document, each white space a blank. */
export const reliabilityText = (): string => readFileSync(FILE, "utf8").replace(/\s+/g, " ");

/** What stands between the marks now. */
export function writtenTable(): string {
  const text = readFileSync(FILE, "utf8");
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)).trim();
}

export function writeTable(table: string): void {
  const text = readFileSync(FILE, "utf8");
  const [head, rest] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  writeFileSync(FILE, `${head}${BEGIN}\n\n${table}\n\n${rest}`);
}
