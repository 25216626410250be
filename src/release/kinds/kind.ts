import type * as z from "zod";
import type { Problem } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { Draft } from "../draft/draft.js";
import type { Node, Read } from "../draft/readers.js";
import type { App, Appup, Rel, Relup } from "../records.js";

/** The records of the kinds of manifests. */
export interface RecordOf {
  readonly rel: Rel;
  readonly app: App;
  readonly appup: Appup;
  readonly relup: Relup;
}

export type KindName = keyof RecordOf;

/** What a kind of manifest is made of. */
export interface Kind<Name extends KindName> {
  readonly name: Name;
  readonly read: Read;
  readonly schema: z.ZodType<RecordOf[Name]>;
  readonly encode: (record: RecordOf[Name]) => Term;
  /** What is left to do to a valid record. */
  readonly finish?: (record: RecordOf[Name]) => RecordOf[Name];
  /** What is odd in a valid file. */
  readonly warnings: (root: Node, draft: Draft, record: RecordOf[Name]) => readonly Problem[];
  /** True where OTP takes the first term of a file and leaves the others unread. */
  readonly firstTermCounts: boolean;
}
