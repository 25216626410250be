import type * as z from "zod";
import { draftAt, ObjectDraft, plain, type Draft } from "../../release/draft/draft.js";
import { describeKey } from "../../release/draft/found.js";
import { suggestion } from "../../release/draft/suggest.js";
import { parseYaml } from "../../release/yaml/document.js";
import { YamlNode } from "../../release/yaml/node.js";
import { decodeYaml } from "../../release/yaml/text.js";
import { ProblemError, type Problem } from "../../terms/problem.js";
import { SNAPSHOT_SCHEMA, SNAPSHOT_VERSION, snapshotSchema, type SnapshotDocument } from "./document.js";
import { snapshotOf, type Snapshot } from "./snapshot.js";

/** A snapshot of a hundred thousand processes of different names is some 20 MB. */
const MAX_LENGTH = 64 * 1024 * 1024;
/** Problems told of one file. */
const MAX_TOLD = 20;

/**
 * Reads a snapshot, in YAML or in JSON, which is YAML too.
 * @throws ProblemError `snapshot-invalid`, or what is wrong with it as YAML, each with its place
 */
export function readSnapshot(bytes: Uint8Array, file: string): Snapshot {
  const document = parseYaml(decodeYaml(bytes, file), file, MAX_LENGTH);
  const draft = draftOf(new YamlNode(document, document.root));
  checkSchema(draft, file);
  const result = snapshotSchema.safeParse(plain(draft));
  if (!result.success) throw invalid(draft, result.error.issues);
  return interpreted(result.data, draft);
}

/** Terms are read when all else is right. */
function interpreted(document: SnapshotDocument, draft: Draft): Snapshot {
  try {
    return snapshotOf(document);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw problems([problem(draft, "the snapshot holds a term that can't be read", error.message)]);
  }
}

/** YAML as plain data, with the place of each part. */
function draftOf(node: YamlNode): Draft {
  if (node.isMapping) {
    return new ObjectDraft(
      node,
      node.entries.map(({ key, value }) => [key, draftOf(value)] as const),
      node.entries.map(({ key, keyNode }) => [key, keyNode] as const),
    );
  }
  if (node.isSequence) return node.array(node.items.map(draftOf));
  const { scalar } = node;
  return node.leaf(typeof scalar === "bigint" ? Number(scalar) : (scalar ?? undefined));
}

function checkSchema(draft: Draft, file: string): void {
  const { draft: found, exact } = draftAt(draft, ["schema"]);
  const says = exact && found.kind === "leaf" ? found.value : undefined;
  const [, name, version] = /^(.*)@(\d+)$/.exec(String(says)) ?? [];
  const expected = `${SNAPSHOT_SCHEMA}@${SNAPSHOT_VERSION}`;
  if (name !== SNAPSHOT_SCHEMA) {
    const detail = typeof says === "string" ? `It says that it is ${says}.` : "It names no schema.";
    throw problems([problem(found, `${file} is no snapshot of a node`, `${detail} A snapshot is ${expected}.`)]);
  }
  if (Number(version) === SNAPSHOT_VERSION) return;
  const age = Number(version) < SNAPSHOT_VERSION ? "an older" : "a newer";
  const detail = `It is ${SNAPSHOT_SCHEMA}@${version}; this one reads ${expected}.`;
  throw problems([problem(found, `the snapshot was taken by ${age} relupctl`, detail)]);
}

function invalid(root: Draft, issues: readonly z.core.$ZodIssue[]): ProblemError {
  const found = issues.flatMap((issue) => issueProblems(root, issue));
  found.sort((a, b) => (a.span?.start.offset ?? 0) - (b.span?.start.offset ?? 0));
  const told = found.slice(0, MAX_TOLD);
  const more = found.length - told.length;
  if (more > 0) told.push(problem(root, `and ${more} more problems like these`));
  return problems(told);
}

function issueProblems(root: Draft, issue: z.core.$ZodIssue): Problem[] {
  const { draft, exact } = draftAt(root, issue.path);
  const field = fieldText(issue.path);
  if (!exact) return [problem(draft, `${field} is missing`)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(draft, key));
    case "invalid_type":
      return [
        problem(draft, `${field} must be ${TYPES[issue.expected] ?? issue.expected}, not ${draft.origin.describe()}`),
      ];
    case "invalid_value":
      return [
        problem(draft, `${field} must be ${issue.values.map(String).join(" or ")}, not ${draft.origin.describe()}`),
      ];
    case "invalid_key":
      return [problem(draft, `${field} has a key that can't be one`)];
    default:
      return [
        problem(draft, `${field}: ${issue.message.replace(/^Invalid input: /, "")}; found ${draft.origin.describe()}`),
      ];
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** `applications[2].vsn` */
const fieldText = (path: readonly PropertyKey[]): string =>
  path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${describeKey(String(step))}`,
    )
    .join("") || "the snapshot";

function unknownKey(draft: Draft, key: string): Problem {
  const origin = (draft.kind === "object" ? draft.keys?.get(key) : undefined) ?? draft.origin;
  const known = draft.kind === "object" ? Object.keys(snapshotSchema.shape) : [];
  const hint = suggestion(key, known);
  const span = origin.span();
  return {
    ...{ code: CODE, severity: "error" as const, summary: `unknown key ${describeKey(key)}` },
    ...(hint !== undefined && { hint }),
    ...(span !== undefined && { span }),
  };
}

const CODE = "snapshot-invalid";
const HINT = "Take one with: relupctl snapshot -o FILE";

function problem({ origin }: Draft, summary: string, detail?: string): Problem {
  const span = origin.span();
  return {
    ...{ code: CODE, severity: "error" as const, summary },
    ...(detail !== undefined && { detail }),
    hint: HINT,
    ...(span !== undefined && { span }),
  };
}

function problems(found: readonly Problem[]): ProblemError {
  const [first, ...rest] = found;
  return new ProblemError([first!, ...rest]);
}
