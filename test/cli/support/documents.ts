import { z } from "zod";

/** The JSON documents of the commands. Strict: a key that nobody wrote down here is a fault. */

const pid = z.string().regex(/^<0\.\d+\.\d+>$/);
const count = z.int().min(0);
const milliseconds = z.number().min(0);
const text = z.string().min(1);
const md5 = z.string().regex(/^[0-9a-f]{32}$/);
const code = z.strictObject({ md5, vsn: text.nullable() });
/** Where something is from a snapshot. */
const snapshot = z.strictObject({ taken: z.iso.datetime() });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const problem = z.strictObject({
  code: text,
  severity: z.enum(["error", "warning", "info"]),
  summary: text,
  detail: text.nullable(),
  hint: text.nullable(),
  file: text.nullable(),
  line: z.int().min(1).nullable(),
  column: z.int().min(1).nullable(),
  endLine: z.int().min(1).nullable(),
  endColumn: z.int().min(1).nullable(),
});

const finding = z.strictObject({
  code: text,
  severity: z.enum(["error", "warning", "info"]),
  summary: text,
  detail: text,
  hint: text,
  module: text.nullable(),
  pids: z.array(pid),
});

const step = z.strictObject({
  index: count,
  instruction: text,
  modules: z.array(text),
  processes: z.array(pid),
  undo: z.enum(["exact", "compensate", "none"]),
  term: text,
});

/** What a command prints that can't do its work. */
export const failureDocument = (command: string) =>
  z.strictObject({
    schema: z.literal(`relupctl/${command}@1`),
    ok: z.literal(false),
    error: z.strictObject({ code: text, summary: text, detail: text.nullable(), hint: text.nullable() }),
    problems: z.array(problem).min(1),
  });

export const checkDocument = z.strictObject({
  schema: z.literal("relupctl/check@1"),
  ok: z.boolean(),
  files: z.array(text),
  findings: z.array(z.strictObject({ ...problem.shape, allowed: z.boolean() })),
});

export const treeDocument = z.strictObject({
  schema: z.literal("relupctl/tree@1"),
  ok: z.literal(true),
  node: text,
  snapshot: snapshot.optional(),
  otpRelease: text,
  applications: z.array(z.strictObject({ name: text, description: z.string(), vsn: text })),
  processes: z.array(
    z.strictObject({
      pid,
      application: text.nullable(),
      supervisor: pid.nullable(),
      supervised: z.boolean(),
      id: text.nullable(),
      type: z.enum(["worker", "supervisor"]),
      modules: z.array(text),
      callbackModule: text.nullable(),
      registeredName: text.nullable(),
      hidden: z.boolean(),
      messageQueueLength: count,
      kind: text.nullable(),
      handlers: z.array(text),
      vsn: text.nullable(),
      oldCode: z.array(text),
      suspended: z.boolean().nullable(),
      hibernating: z.boolean(),
      marks: z.array(text),
    }),
  ),
  remoteChildren: z.array(
    z.strictObject({
      node: text,
      pid,
      application: text,
      supervisor: pid.nullable(),
      id: text.nullable(),
      type: z.enum(["worker", "supervisor"]),
      modules: z.array(text),
    }),
  ),
  anomalies: z.array(z.strictObject({ kind: text, pid, application: text })),
});

/** What an upgrade will cost the node. */
const costs = z.strictObject({
  keptStates: z.strictObject({ keep: z.enum(["changed", "never"]), processes: count, memoryBytes: count }),
  suspension: z.strictObject({ processes: count, estimatedMs: milliseconds }),
});

export const planDocument = z.strictObject({
  schema: z.literal("relupctl/plan@1"),
  ok: z.boolean(),
  node: text,
  snapshot: snapshot.optional(),
  kind: z.enum(["release", "application"]),
  name: text,
  from: text,
  to: text,
  direction: z.enum(["up", "down"]),
  origin: z.enum(["relup", "appup"]),
  /** Who does the steps. */
  executor: z.enum(["relupctl", "otp"]),
  /** Of an application. */
  directory: text.optional(),
  steps: z.array(step),
  findings: z.array(finding),
  coverage: z.record(
    text,
    z.strictObject({
      migrated: z.array(pid),
      reloaded: z.array(pid),
      missed: z.array(pid),
      reasons: z.array(
        z.strictObject({
          outcome: z.enum(["migrated", "reloaded", "missed"]),
          reason: text,
          text,
          pids: z.array(pid).min(1),
        }),
      ),
      elsewhere: z.array(z.strictObject({ node: text, pid })),
    }),
  ),
  /** Null from a snapshot. */
  costs: costs.nullable(),
  /** What the configuration of the release changes, as lines. */
  configuration: z.array(text),
  basis: z.strictObject({
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
    objectCode: z.record(text, z.strictObject({ next: code.nullable(), previous: code.nullable() })),
    modules: z.record(text, code.nullable()),
    findings: z.array(z.strictObject({ code: text, severity: z.enum(["error", "warning"]), module: text.nullable() })),
    includeMissed: z.literal(true).optional(),
    keepState: z.literal("never").optional(),
    executor: z.literal("otp").optional(),
  }),
  digest: sha256,
  checksum: sha256,
});

export const applyDocument = z.strictObject({
  schema: z.literal("relupctl/apply@1"),
  ok: z.boolean(),
  node: text,
  name: text,
  from: text,
  to: text,
  direction: z.enum(["up", "down"]),
  executor: z.enum(["relupctl", "otp"]),
  result: z.enum(["upgraded", "refused", "rolled_back", "failed", "unknown"]),
  steps: z.array(
    z.union([
      // Of an upgrade that was refused.
      step,
      z.strictObject({
        ...step.shape,
        status: z.enum(["done", "failed", "not_executed", "unknown"]),
        durationMs: milliseconds,
        touched: count,
      }),
    ]),
  ),
  findings: z.array(finding),
  /** Where a plan was agreed on, and something of it is otherwise now. */
  differences: z
    .array(z.strictObject({ kind: text, name: z.string(), planned: text.nullable(), now: text.nullable() }))
    .min(1)
    .optional(),
  processes: z.strictObject({ migrated: count, reloaded: count, missed: count, dead: count, failed: count }),
  suspension: z.strictObject({ count, p50Ms: milliseconds, p99Ms: milliseconds, maxMs: milliseconds }),
  unresponsive: z.array(z.strictObject({ pid, module: text, action: z.enum(["stopped", "skipped", "killed"]) })),
  costs: costs.nullable(),
  /** What is kept on the node of an upgrade that was done. */
  keptStates: z.strictObject({ processes: count, memoryBytes: count }).nullable(),
  restart: z
    .strictObject({
      creation: z.strictObject({ before: count, after: count.nullable() }),
      release: z.strictObject({ name: text, vsn: text }).nullable(),
      durationMs: milliseconds,
    })
    .nullable(),
  /** With --soak: what has ended while the node was left to run. */
  soak: z.strictObject({ problems: z.array(problem) }).optional(),
  states: z
    .array(
      z.strictObject({
        pid,
        registeredName: text.nullable(),
        callbackModule: text.nullable(),
        suspendedMs: milliseconds.nullable(),
        before: text.nullable(),
        after: text.nullable(),
      }),
    )
    .min(1)
    .optional(),
  /** What the node's release handler says of the release now. */
  releaseStatus: z.enum(["current", "permanent"]).optional(),
  warnings: z.array(problem).min(1).optional(),
  /** What --commit did. */
  commit: z.looseObject({ result: text, problems: z.array(problem) }).optional(),
  failure: problem.nullable(),
  notUndone: z.array(problem),
  journal: z.strictObject({ id: text, file: text, problem: problem.nullable() }).nullable(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  durationMs: milliseconds,
});

export type ApplyDocument = z.output<typeof applyDocument>;
