import * as z from "zod";
import { snapshotSchema } from "./document.js";

/** The JSON Schema (draft 7, which editors know) of a snapshot. */
export function snapshotJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(snapshotSchema, { target: "draft-7", io: "input" });
  return { $schema, title: "A snapshot of a node, for relupctl", ...rest };
}
