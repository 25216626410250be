import { z } from "zod";

/**
 * The lines of a journal: one JSON object each, in the order things happened. An intent is on the disk before its act, an
 * outcome comes after it. States and cookies are in none of them.
 */

const at = z.iso.datetime();
const count = z.int().min(0);
const milliseconds = z.number().min(0);
const text = z.string().nullable();

/** What went wrong, without the terms that the node answered: they may hold states. */
const problem = z.object({ code: z.string(), severity: z.enum(["error", "warning", "info"]), summary: z.string() });

/** One thing that an upgrade does: a step of the plan, or what is done before and after all steps. */
const act = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("step"), index: count }),
  z.object({ kind: z.literal("before_steps") }),
  z.object({ kind: z.literal("after_steps") }),
  z.object({ kind: z.literal("install") }),
]);

const begin = z.object({
  type: z.literal("begin"),
  schema: z.literal("relupctl/journal-file@1"),
  at,
  id: z.string(),
  /** The command that began the upgrade. */
  command: z.string(),
  by: z.object({
    user: z.string(),
    uid: z.int().nullable(),
    /** Who called `sudo`. */
    sudoUser: text,
    host: z.string(),
    /** The address that the user came from by SSH. */
    address: text,
    directory: z.string(),
    pid: z.int(),
    version: z.string(),
  }),
  node: z.object({ name: z.string(), creation: z.int(), otpRelease: z.string() }),
  upgrade: z.object({
    kind: z.string(),
    name: z.string(),
    from: z.string(),
    to: z.string(),
    direction: z.enum(["up", "down"]),
    origin: z.string(),
  }),
  digest: z.string(),
  /** Findings that the user let pass. */
  allowed: z.array(z.string()),
  /** Directories in the code path, before and after. */
  libraries: z.array(z.object({ application: z.string(), vsn: z.string(), directory: z.string(), previous: text })),
  /** The code of each module that changes: MD5 in hexadecimal of what is loaded before, and of what is loaded then. */
  modules: z.array(
    z.object({ module: z.string(), md5Before: text, fileBefore: text, md5After: text, fileAfter: text }),
  ),
  steps: z.array(
    z.object({
      index: count,
      instruction: z.string(),
      modules: z.array(z.string()),
      undo: z.enum(["exact", "compensate", "none"]),
      /** `module:function/arity` of an `apply`; its arguments may be secret. */
      called: text,
    }),
  ),
  findings: z.array(z.object({ ...problem.shape, module: text, pids: z.array(z.string()) })),
  coverage: z.array(
    z.object({
      module: z.string(),
      migrated: count,
      /** Of those, the processes that no child specification names: taken by --include-missed. */
      included: z.array(z.string()).optional(),
      reloaded: count,
      missed: z.array(z.object({ pid: z.string(), reason: z.string() })),
    }),
  ),
});

const intent = z.object({
  type: z.literal("intent"),
  at,
  act,
  /** Of a suspend or stop: the processes that it will touch, as far as the plan tells. */
  pids: z.array(z.string()).optional(),
});

const outcome = z.object({
  type: z.literal("outcome"),
  at,
  act,
  status: z.enum(["done", "failed"]),
  durationMs: milliseconds,
  /** Of a step: how many processes it touched. */
  processes: count.optional(),
  /** After a suspend or resume: every process that is suspended then. */
  suspended: z.array(z.string()).optional(),
  skipped: z.array(z.object({ pid: z.string(), why: z.string() })).optional(),
  problem: problem.optional(),
});

/** From here on everything is taken back. The node does it by itself; what came of it stands in the end. */
const rollback = z.object({ type: z.literal("rollback"), at, because: problem });

/** Something else that is worth knowing afterwards. */
const note = z.object({
  type: z.literal("note"),
  at,
  what: z.string(),
  /** Of a note that was written after the end: who did it. */
  by: z.string().optional(),
});

const end = z.object({
  type: z.literal("end"),
  at,
  outcome: z.enum(["upgraded", "rolled_back", "failed", "unknown"]),
  interrupted: z.boolean(),
  durationMs: milliseconds,
  failure: problem.nullable(),
  /** What was taken back, in this order; with a problem where it could not be. */
  undone: z.array(z.object({ what: z.string(), problem: problem.nullable() })),
  /** All that could not be taken back, or seen to be. */
  notUndone: z.array(problem),
  processes: z.object({ migrated: count, dead: count, failed: count }),
  suspension: z.object({ count, p50Ms: milliseconds, p99Ms: milliseconds, maxMs: milliseconds }),
  stillSuspended: z.array(z.string()),
});

export const journalRecord = z.discriminatedUnion("type", [begin, intent, outcome, rollback, note, end]);

export type JournalRecord = z.output<typeof journalRecord>;
export type BeginRecord = z.output<typeof begin>;
export type OutcomeRecord = z.output<typeof outcome>;
export type EndRecord = z.output<typeof end>;
export type ProblemRecord = z.output<typeof problem>;
/** An act as it is named in the journal. */
export type ActRecord = z.output<typeof act>;
