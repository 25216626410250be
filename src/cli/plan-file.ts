import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { PlanBasis } from "../upgrade/basis.js";
import { checksum } from "../upgrade/checksum.js";
import { CommandError, EXIT } from "./exit.js";
import type { Source } from "./source.js";

const text = z.string();
const code = z.strictObject({ md5: text, vsn: text.nullable() }).nullable();

const basisSchema = z.strictObject({
  kind: z.enum(["release", "application"]),
  name: text,
  from: text,
  to: text,
  direction: z.enum(["up", "down"]),
  node: text,
  otpRelease: text,
  script: z.array(text),
  libraries: z.record(text, text),
  applications: z.record(text, text),
  objectCode: z.record(text, z.strictObject({ next: code, previous: code })),
  modules: z.record(text, code),
  findings: z.array(
    z.strictObject({ code: text, severity: z.enum(["error", "warning", "info"]), module: text.nullable() }),
  ),
  includeMissed: z.literal(true).optional(),
  keepState: z.literal("never").optional(),
  executor: z.literal("otp").optional(),
}) satisfies z.ZodType<PlanBasis>;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const planFileSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("release"), to: text, basis: basisSchema, digest }),
  z.object({ kind: z.literal("application"), directory: text, basis: basisSchema, digest }),
]);

/** The schema of plans, in front of its version. */
const SCHEMA = "relupctl/plan";
const VERSION = 1;

/** What a plan file says of the upgrade that was agreed on. */
export interface AgreedPlan {
  readonly basis: PlanBasis;
  readonly source: Source;
}

/**
 * Reads a plan that `plan --out` wrote.
 * @throws CommandError when it can't be read, is no plan, is one of another version of the schema, or was changed
 */
export async function readPlanFile(file: string): Promise<AgreedPlan> {
  const document = await readDocument(file);
  checkSchema(file, document["schema"]);
  const content = Object.fromEntries(Object.entries(document).filter(([key]) => !UNSEALED.includes(key)));
  if ("error" in content) throw invalid(`${file} holds no plan: no plan could be made then`);
  const plan = planFileSchema.safeParse(content);
  if (!plan.success) throw invalid(`${file} is not a plan that relupctl wrote`, z.prettifyError(plan.error));
  const { data } = plan;
  if (document["checksum"] !== checksum(content) || data.digest !== checksum(data.basis)) {
    throw invalid(
      `the plan ${file} is not as relupctl wrote it`,
      "Its checksum is not that of what it says: something in it was changed, or left out.",
    );
  }
  return { basis: data.basis, source: data.kind === "release" ? { vsn: data.to } : { app: data.directory } };
}

/** What the checksum of a plan doesn't cover: what every document has, and itself. */
const UNSEALED: readonly string[] = ["schema", "ok", "checksum"];

function checkSchema(file: string, schema: unknown): void {
  const [, name, version] = /^(.*)@(\d+)$/.exec(String(schema)) ?? [];
  if (name !== SCHEMA) {
    const says = typeof schema === "string" ? `It says that it is ${schema}.` : "It names no schema.";
    throw invalid(`${file} is not a plan that relupctl wrote`, `${says} A plan is ${SCHEMA}@${VERSION}.`);
  }
  if (Number(version) === VERSION) return;
  const age = Number(version) < VERSION ? "an older" : "a newer";
  throw invalid(
    `the plan ${file} was written by ${age} relupctl`,
    `It is ${SCHEMA}@${version}; this one reads ${SCHEMA}@${VERSION}.`,
  );
}

async function readDocument(file: string): Promise<Record<string, unknown>> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (error) {
    throw invalid(`the plan ${file} can't be read`, (error as Error).message);
  }
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    const whole = /^\s*\{/.test(content) && !/\}\s*$/.test(content);
    const why = whole ? "It ends in the middle: it was not written or copied to its end. " : "";
    throw invalid(`the plan ${file} can't be read`, `${why}${(error as Error).message}`);
  }
  const isObject = typeof document === "object" && document !== null && !Array.isArray(document);
  if (!isObject) throw invalid(`${file} is not a plan that relupctl wrote`, "It holds no JSON object.");
  return document as Record<string, unknown>;
}

function invalid(summary: string, detail?: string): CommandError {
  return new CommandError(EXIT.invalid, {
    code: "plan-invalid",
    summary,
    ...(detail !== undefined && { detail }),
    hint: "Make one with: relupctl plan ... --out FILE",
  });
}
