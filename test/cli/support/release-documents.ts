import { z } from "zod";

/** The JSON documents of the commands about a node's releases. Strict: a key that nobody wrote down here is a fault. */

const problem = z.looseObject({
  code: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  summary: z.string(),
});
const head = (name: string) => ({ schema: z.literal(`relupctl/${name}@1`), ok: z.boolean(), node: z.string() });

export const versionsDocument = z.strictObject({
  ...head("versions"),
  root: z.string(),
  running: z.string().nullable(),
  bootsNext: z.string().nullable(),
  hasReleaseHandler: z.boolean(),
  hasReleasesFile: z.boolean(),
  releases: z.array(
    z.strictObject({
      name: z.string(),
      vsn: z.string(),
      erts: z.string().nullable(),
      status: z.enum(["unpacked", "current", "permanent", "old", "tmp_current"]).nullable(),
      running: z.boolean(),
      bootsNext: z.boolean(),
      missing: z.array(z.string()),
    }),
  ),
});
export const unpackDocument = z.strictObject({
  ...head("unpack"),
  name: z.string(),
  vsn: z.string(),
  result: z.enum(["unpacked", "unchanged", "checked"]),
  packageBytes: z.number(),
  resumedBytes: z.number(),
  verifiedBy: z.enum(["sha256", "md5"]),
  newLibraries: z.array(z.string()),
  sharedLibraries: z.array(z.string()),
  deleted: z.array(z.string()),
  warnings: z.array(problem),
});
export const commitDocument = z.strictObject({
  ...head("commit"),
  name: z.string(),
  vsn: z.string(),
  result: z.enum(["committed", "unchanged", "refused", "checked"]),
  bootedBefore: z.string().nullable(),
  oldCodeUsers: z.array(
    z.strictObject({
      pid: z.string().regex(/^<0\.\d+\.\d+>$/),
      registeredName: z.string().nullable(),
      callbackModule: z.string().nullable(),
      modules: z.array(z.string()),
    }),
  ),
  purged: z.array(z.string()),
  problems: z.array(problem),
});
export const removeDocument = z.strictObject({
  ...head("remove"),
  name: z.string(),
  vsn: z.string(),
  result: z.enum(["removed", "checked"]),
  deleted: z.array(z.string()),
  kept: z.array(z.strictObject({ directory: z.string(), neededBy: z.string() })),
});
