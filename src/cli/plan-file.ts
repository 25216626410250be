import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CommandError, EXIT } from "./exit.js";
import type { Source } from "./source.js";

const agreed = { schema: z.literal("relupctl/plan@1"), digest: z.string().regex(/^[0-9a-f]{64}$/) };
const planFileSchema = z.discriminatedUnion("kind", [
  z.object({ ...agreed, kind: z.literal("release"), to: z.string() }),
  z.object({ ...agreed, kind: z.literal("application"), directory: z.string() }),
]);

/** What a plan file says of the upgrade that was agreed on. */
export interface AgreedPlan {
  readonly digest: string;
  readonly source: Source;
}

/**
 * Reads a plan that `plan --out` wrote.
 * @throws CommandError when it can't be read or is no plan
 */
export async function readPlanFile(file: string): Promise<AgreedPlan> {
  const plan = planFileSchema.safeParse(await readJson(file));
  if (!plan.success) {
    throw new CommandError(EXIT.invalid, {
      code: "plan-invalid",
      summary: `${file} is not a plan that relupctl wrote`,
      detail: z.prettifyError(plan.error),
      hint: "Make one with: relupctl plan ... --out FILE",
    });
  }
  const { data } = plan;
  return { digest: data.digest, source: data.kind === "release" ? { vsn: data.to } : { app: data.directory } };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new CommandError(EXIT.invalid, {
      code: "plan-invalid",
      summary: `the plan ${file} can't be read`,
      detail: (error as Error).message,
      hint: "Make one with: relupctl plan ... --out FILE",
    });
  }
}
