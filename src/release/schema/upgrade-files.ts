import * as z from "zod";
import type { Appup, AppupEntry, Relup, RelupEntry } from "../records.js";
import { relupScriptSchema, scriptSchema } from "./instruction.js";
import { listOf, record, term, text } from "./leaves.js";

/** appup(4) and relup(4). */

export const versionSchema = z.union(
  [
    record({ exact: text("bad-entry-version") }, "bad-entry-version"),
    record({ regex: text("bad-entry-version") }, "bad-entry-version"),
  ],
  { error: "bad-entry-version" },
);

export const appupEntrySchema = record(
  { version: versionSchema, instructions: scriptSchema },
  "bad-appup-entry",
) satisfies z.ZodType<AppupEntry>;

/** What must hold of an appup before one entry is picked from it. */
export const outlineSchema = record(
  { upFrom: listOf(z.unknown(), "bad-up-from"), downTo: listOf(z.unknown(), "bad-down-to") },
  "bad-appup",
);

export const appupSchema = record(
  {
    vsn: text("bad-appup-version"),
    upFrom: listOf(appupEntrySchema, "bad-up-from"),
    downTo: listOf(appupEntrySchema, "bad-down-to"),
  },
  "bad-appup",
) satisfies z.ZodType<Appup>;

export const relupEntrySchema = record(
  { vsn: text("bad-relup-version"), description: term("bad-description-term"), script: relupScriptSchema },
  "bad-relup-entry",
) satisfies z.ZodType<RelupEntry>;

export const relupSchema = record(
  {
    vsn: text("bad-relup-version"),
    upFrom: listOf(relupEntrySchema, "bad-up-from"),
    downTo: listOf(relupEntrySchema, "bad-down-to"),
  },
  "bad-relup",
) satisfies z.ZodType<Relup>;
