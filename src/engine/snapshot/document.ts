import * as z from "zod";

/**
 * The form of a snapshot: plain data, the same in YAML and in JSON. Erlang terms are kept as text; pids as the node
 * prints them.
 */

/** The schema of snapshots, in front of its version. */
export const SNAPSHOT_SCHEMA = "relupctl/snapshot";
export const SNAPSHOT_VERSION = 1;

const name = z.string().min(1);
const text = z.string();
const md5 = z.string().regex(/^[0-9a-f]{32}$/, { error: "must be an MD5, in 32 hexadecimal digits" });
const pid = z.string().regex(/^<0\.\d+\.\d+>$/, { error: 'must be a pid of the node itself, such as "<0.123.0>"' });
/** One or more pids with white space between them: one text is read far faster than a list. */
const pids = z.string().regex(/^<0\.\d+\.\d+>(\s+<0\.\d+\.\d+>)*$/, {
  error: 'must be pids of the node itself, with spaces between them, such as "<0.123.0> <0.124.0>"',
});
/** A term as Erlang writes it; one that can't be read back (with a pid or a fun in it) also in the external format. */
const term = z.strictObject({
  text: text.describe("As Erlang writes it."),
  etf: z.base64().optional().describe("In the external term format, where the text can't be read back."),
});
const type = z.enum(["worker", "supervisor"]);

const application = z.strictObject({
  name,
  vsn: text,
  description: text.optional(),
  directory: name.optional().describe("Where its code lies on the node."),
  environmentKeys: z.array(text).describe("The keys of its environment, without their values."),
  environment: z.record(text, text).optional().describe("The values, where --with-env asked for them."),
});

const module = z.strictObject({
  md5: md5.optional().describe("Of the loaded code; left out where it isn't loaded."),
  vsn: text.optional().describe("Of the loaded code, as a term; left out where it is the MD5."),
  codeChange: z.boolean().optional().describe("Whether the loaded code exports code_change."),
  onPreviousCode: z.string().optional().describe("Pids that run its old code; empty where none does, but it is there."),
  file: text.optional().describe("Its file, where that isn't named after it."),
  onDisk: z
    .strictObject({ md5: md5.optional(), vsn: text.optional() })
    .optional()
    .describe("The code in its file, where that isn't what is loaded; empty where the file can't be read."),
});

const codeDirectory = z.strictObject({
  directory: name.optional().describe("Left out for modules that came from no file."),
  modules: z.record(name, module),
});

const process = z.strictObject({
  pids: pids.describe("Processes that differ in nothing else."),
  application: name.optional().describe("Left out for processes outside every supervision tree."),
  supervisor: pid.optional(),
  hidden: z.boolean().optional().describe("True for what OTP's walk doesn't see."),
  id: term.optional(),
  type: type.optional().describe("worker unless given."),
  modules: z.array(name).optional().describe("Those that OTP's walk gives for it."),
  dynamic: z.boolean().optional(),
  callbackModule: name.optional(),
  registeredName: name.optional(),
  messageQueueLength: z.int().min(0).optional(),
  kind: z
    .enum([
      ...(["supervisor", "supervisor_bridge", "gen_server", "gen_statem", "gen_event", "gen_fsm"] as const),
      ...(["agent", "special", "own_code"] as const),
    ])
    .optional()
    .describe("What runs it."),
  handlers: z.array(name).optional(),
  stack: z.array(name).optional(),
  suspended: z.enum(["yes", "unknown"]).optional().describe("Whether sys has it suspended; no unless given."),
  hibernating: z.boolean().optional(),
  responds: z.boolean().optional().describe("False where it didn't answer a system message in time."),
});

const anomaly = z.enum([
  "supervisor_suspended",
  "supervisor_not_responding",
  "callback_module_unknown",
  "dynamic_not_responding",
  "worker_is_supervisor",
]);

const remoteChild = z.strictObject({
  node: name,
  pid: name,
  application: name,
  supervisor: pid.optional(),
  id: term.optional(),
  type,
  modules: z.array(name),
});

const inspection = z.strictObject({
  mode: z.enum(["interactive", "embedded"]),
  applications: z.array(
    z.strictObject({
      ...{ name, vsn: text },
      ...{ directory: text.optional(), vsnOnDisk: text.optional(), vsnInRelease: text.optional() },
    }),
  ),
  release: z.strictObject({ name: text, vsn: text }).optional(),
  bootsNext: name.optional().describe("The version of the release that a start of the node boots."),
  callbacks: z.record(
    name,
    z.strictObject({ file: text.optional(), application: text.optional(), answersSystemMessages: z.boolean() }),
  ),
  suspended: z.array(z.strictObject({ pid, by: z.enum(["sys", "erlang"]) })),
  silent: z.array(pid),
  oldCode: z.array(z.strictObject({ module: name, pids: z.array(pid) })),
  oldCodeNotLookedAt: z.array(name),
  shadows: z.array(z.strictObject({ directory: text, by: text, modules: z.array(name) })),
  specifications: z
    .record(
      pid,
      z.strictObject({
        ...{ id: term, module: name, function: name, args: text.optional() },
        settings: z
          .record(name, term)
          .optional()
          .describe("restart, significant and shutdown, where they aren't the default."),
      }),
    )
    .describe("How supervisors start children whose specification seems wrong, without the arguments."),
  notWritable: z.array(text),
  disks: z.array(z.strictObject({ mount: text, totalKiB: z.number(), used: z.number() })),
});

export const snapshotSchema = z.strictObject({
  schema: z.literal(`${SNAPSHOT_SCHEMA}@${SNAPSHOT_VERSION}`),
  ok: z.literal(true).optional().describe("As in every document that is printed with --json."),
  taken: z.iso.datetime().describe("When."),
  node: name,
  creation: z.int().min(0),
  otpRelease: name,
  root: name.describe("The release root of the node."),
  extension: name.describe("Of object code: .beam, or .js on the embedded node."),
  release: z.strictObject({ name: text, vsn: text }).optional().describe("The release that it runs."),
  applications: z.array(application).describe("Those that run, the last started first."),
  processes: z.array(process),
  remoteChildren: z.array(remoteChild).optional(),
  anomalies: z
    .array(z.strictObject({ kind: anomaly, pid, application: name }))
    .describe("What the walk over the supervision trees met."),
  code: z.array(codeDirectory).describe("Modules by the directory that they are from."),
  inspection: inspection.describe("What doctor looks at besides."),
  files: z
    .record(name, text)
    .describe("The manifests of what runs: .rel, relup, .appup, RELEASES as they are, .app without its environment."),
  complete: z.literal(true).describe("The last of all: a file without it was cut off."),
});

/** A snapshot as it is written and read. */
export type SnapshotDocument = z.output<typeof snapshotSchema>;
export type ApplicationRecord = SnapshotDocument["applications"][number];
export type ModuleRecord = z.output<typeof module>;
export type InspectionRecord = z.output<typeof inspection>;
export type ProcessRecord = z.output<typeof process>;
export type RemoteChildRecord = z.output<typeof remoteChild>;
export type TermRecord = z.output<typeof term>;
