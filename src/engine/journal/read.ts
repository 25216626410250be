import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { JOURNAL_EXTENSION } from "./directory.js";
import { journalRecord, type JournalRecord } from "./records.js";

/** A part of a journal that can't be read. */
export interface Damage {
  /** From 1; undefined where it is about the whole file. */
  readonly line: number | undefined;
  /**
   * `truncated`: the last line has no end, as a crash leaves it. `corrupted`: a line that is no JSON. `unknown`: JSON that
   * is no record of this version. `empty`, `unreadable`: the file.
   */
  readonly kind: "truncated" | "corrupted" | "unknown" | "empty" | "unreadable";
  readonly detail: string;
}

/** A journal file with all of it that can be read. */
export interface ReadJournal {
  readonly id: string;
  readonly path: string;
  readonly records: readonly JournalRecord[];
  readonly damage: readonly Damage[];
}

/** The records of a journal's text, and what of it can't be read. */
export function parseJournal(text: string): Pick<ReadJournal, "records" | "damage"> {
  const records: JournalRecord[] = [];
  const damage: Damage[] = [];
  const lines = text.split("\n");
  const rest = lines.pop()!;
  lines.forEach((line, index) => {
    // A line that was broken off has been ended before the next one was written.
    const read = readLine(line, "corrupted");
    if ("record" in read) records.push(read.record);
    else damage.push({ line: index + 1, ...read });
  });
  if (rest !== "") {
    const read = readLine(rest, "truncated");
    // All of it but the line's end.
    if ("record" in read) records.push(read.record);
    else damage.push({ line: lines.length + 1, ...read });
  }
  if (records.length === 0 && damage.length === 0) {
    damage.push({ line: undefined, kind: "empty", detail: "nothing was written into it" });
  }
  return { records, damage };
}

function readLine(
  line: string,
  broken: "truncated" | "corrupted",
): { readonly record: JournalRecord } | Omit<Damage, "line"> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    const detail = broken === "truncated" ? `it breaks off after ${line.length} characters` : "it is no JSON";
    return { kind: broken, detail };
  }
  const record = journalRecord.safeParse(value);
  if (record.success) return { record: record.data };
  const [issue] = record.error.issues;
  return { kind: "unknown", detail: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`.replace(/^: /, "") };
}

/** Reads one journal file; what can't be read of it is in the damage. Never rejects. */
export async function readJournal(path: string): Promise<ReadJournal> {
  const id = basename(path, JOURNAL_EXTENSION);
  try {
    return { id, path, ...parseJournal(await readFile(path, "utf8")) };
  } catch (error) {
    const detail = (error as Error).message;
    return { id, path, records: [], damage: [{ line: undefined, kind: "unreadable", detail }] };
  }
}

/** The ids of the journals in a directory, the newest first; none where there is no such directory. */
export async function journalIds(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(JOURNAL_EXTENSION))
    .map((name) => basename(name, JOURNAL_EXTENSION))
    .sort()
    .reverse();
}

/** The path of the journal with this id. */
export const journalPath = (directory: string, id: string): string => join(directory, `${id}${JOURNAL_EXTENSION}`);
