import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CommandError, EXIT } from "./exit.js";
import type { SourceOptions } from "./source.js";

const planFileSchema = z.object({
  schema: z.literal("relupctl/plan@1"),
  kind: z.enum(["release", "application"]),
  to: z.string(),
  directory: z.string().optional(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a plan file says of the upgrade that was agreed on. */
export interface AgreedPlan {
  readonly digest: string;
  readonly vsn: string | undefined;
  readonly source: SourceOptions;
}

/**
 * Reads a plan that `plan --out` wrote.
 * @throws CommandError when it can't be read, is no plan, or a version or directory is named besides it
 */
export async function readPlanFile(file: string, vsn: string | undefined, options: SourceOptions): Promise<AgreedPlan> {
  if (vsn !== undefined || options.app !== undefined) {
    throw new CommandError(EXIT.usage, {
      code: "usage",
      summary: "--plan says itself what to upgrade to",
      hint: "Leave out the version and --app.",
    });
  }
  const plan = planFileSchema.safeParse(await readJson(file));
  if (!plan.success) {
    throw new CommandError(EXIT.invalid, {
      code: "plan-invalid",
      summary: `${file} is not a plan that relupctl wrote`,
      detail: z.prettifyError(plan.error),
      hint: "Make one with: relupctl plan ... --out FILE",
    });
  }
  const { kind, to, directory, digest } = plan.data;
  return {
    digest,
    vsn: kind === "release" ? to : undefined,
    source: kind === "application" && directory !== undefined ? { app: directory } : {},
  };
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
