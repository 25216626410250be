import { layOut, map, scalar, seq, type Part } from "../../release/yaml/layout.js";
import { nameText, text } from "../../release/yaml/scalars.js";
import type { SnapshotDocument } from "./document.js";

/** A snapshot as YAML. */
export function snapshotYaml(document: SnapshotDocument): string {
  const parts = Object.entries(document).map(([key, value]) => [key, part(value)] as const);
  return layOut(map(parts));
}

/** Plain data: what is short on one line, text of several lines as such. */
function part(value: unknown): Part {
  if (typeof value === "string") return textPart(value);
  if (Array.isArray(value)) return seq(value.map(part));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    return map(
      entries.map(([key, each]) => [nameText(key), part(each)] as const),
      true,
    );
  }
  return scalar(String(value));
}

/** Text of several lines that can stand as it is; anything else in quotes. */
function textPart(value: string): Part {
  const lines = value.split("\n");
  if (lines.length === 1) return scalar(nameText(value));
  const ends = lines.at(-1) === "";
  const kept = ends ? lines.slice(0, -1) : lines;
  const isPlain = kept.every(
    (line) => /^(?:[^\s][\x20-\x7e\xa0-\ud7ff]*|)$/.test(line) || /^ +\S[\x20-\x7e\xa0-\ud7ff]*$/.test(line),
  );
  const starts = kept[0] !== "" && kept[0]?.startsWith(" ") === false && kept.at(-1) !== "";
  return isPlain && starts ? { kind: "block", header: ends ? "|" : "|-", lines: kept } : text(value);
}
