import { z } from "zod";

/** The JSON documents of `journal`. Strict: a key that nobody wrote down here is a fault. */

const text = z.string().min(1);
const count = z.int().min(0);
const milliseconds = z.number().min(0);
const pid = z.string().regex(/^<0\.\d+\.\d+>$/);
const problem = z.strictObject({ code: text, severity: z.enum(["error", "warning", "info"]), summary: text });

const summary = {
  id: text,
  file: text,
  at: z.iso.datetime().nullable(),
  command: text.nullable(),
  user: text.nullable(),
  host: text.nullable(),
  node: text.nullable(),
  name: text.nullable(),
  from: text.nullable(),
  to: text.nullable(),
  direction: z.enum(["up", "down"]).nullable(),
  status: z.enum(["upgraded", "rolled_back", "failed", "unknown", "unfinished", "unreadable"]),
  atWork: z.boolean().nullable(),
  durationMs: milliseconds.nullable(),
  damaged: z.boolean(),
  takenBack: z.boolean(),
};

const act = {
  status: z.enum(["done", "failed", "begun", "not_begun"]),
  began: z.iso.datetime().nullable(),
  durationMs: milliseconds.nullable(),
  problem: problem.nullable(),
};

export const journalDocument = z.strictObject({
  schema: z.literal("relupctl/journal@1"),
  ok: z.literal(true),
  directory: text,
  upgrades: z.array(z.strictObject(summary)),
});

export const journalShowDocument = z.strictObject({
  schema: z.literal("relupctl/journal-show@1"),
  ok: z.literal(true),
  ...summary,
  by: z
    .strictObject({
      user: text,
      uid: z.int().nullable(),
      sudoUser: text.nullable(),
      host: text,
      address: text.nullable(),
      directory: text,
      pid: z.int(),
      version: text,
    })
    .nullable(),
  creation: z.int().nullable(),
  otpRelease: text.nullable(),
  kind: text.nullable(),
  origin: text.nullable(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  allowed: z.array(text),
  libraries: z.array(z.strictObject({ application: text, vsn: text, directory: text, previous: text.nullable() })),
  modules: z.array(
    z.strictObject({
      module: text,
      md5Before: text.nullable(),
      fileBefore: text.nullable(),
      md5After: text.nullable(),
      fileAfter: text.nullable(),
    }),
  ),
  findings: z.array(z.strictObject({ ...problem.shape, module: text.nullable(), pids: z.array(pid) })),
  coverage: z.array(
    z.strictObject({
      module: text,
      migrated: count,
      included: z.array(pid).optional(),
      reloaded: count,
      missed: z.array(z.strictObject({ pid, reason: text })),
    }),
  ),
  beforeSteps: z.strictObject(act),
  steps: z.array(
    z.strictObject({
      index: count,
      instruction: text.nullable(),
      modules: z.array(text),
      called: text.nullable(),
      pids: z.array(pid),
      processes: count.nullable(),
      skipped: z.array(z.strictObject({ pid, why: text })),
      ...act,
    }),
  ),
  afterSteps: z.strictObject(act),
  install: z.strictObject(act),
  rollback: z.strictObject({ at: z.iso.datetime(), because: problem }).nullable(),
  undone: z.array(z.strictObject({ what: text, problem: problem.nullable() })),
  failure: problem.nullable(),
  notUndone: z.array(problem),
  processes: z.strictObject({ migrated: count, dead: count, failed: count }).nullable(),
  suspension: z.strictObject({ count, p50Ms: milliseconds, p99Ms: milliseconds, maxMs: milliseconds }).nullable(),
  suspended: z.array(pid),
  notes: z.array(z.strictObject({ at: z.iso.datetime(), what: text, by: text.nullable() })),
  damage: z.array(
    z.strictObject({
      line: z.int().min(1).nullable(),
      kind: z.enum(["truncated", "corrupted", "unknown", "empty", "unreadable"]),
      detail: text,
    }),
  ),
});
