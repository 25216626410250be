import { allEnv, type RunningApplication } from "../../otp/application.js";
import { objectFileExtension } from "../../otp/code.js";
import { loadedModuleNames, objectFiles } from "../../otp/object-files.js";
import type { Target } from "../../target/target.js";
import { listElements, tupleElements } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import { ProblemError } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { Facts } from "../../upgrade/facts.js";
import type { Inspection } from "../../upgrade/inspection.js";
import { inspect } from "../doctor/inspect.js";
import { modulesIn } from "../node-files.js";
import { observe } from "../observe.js";
import { readApplicationDirectory } from "../source/application-directory.js";
import { liveCode, type NodeCode } from "../source/node-code.js";
import { loadNodeRelease } from "../source/node-release.js";
import { SNAPSHOT_SCHEMA, SNAPSHOT_VERSION, type ApplicationRecord, type SnapshotDocument } from "./document.js";
import { inspectionRecord } from "./inspection.js";
import { codeRecords, type SnapshotModule } from "./modules.js";
import { processRecords, remoteChildRecords } from "./processes.js";
import { Recorder } from "./recorder.js";

export interface SnapshotOptions {
  /** Whether the values of the application environments are recorded, too: they may be secret. */
  readonly withEnv?: boolean;
  /** When it is taken, as ISO 8601 writes it. */
  readonly taken: string;
  /** For each question to a process. */
  readonly timeoutMs: number;
}

/** Reading all that is loaded takes its time. */
const READ_TIMEOUT_MS = 30_000;

/**
 * Records what is known of a node: its supervision trees and all other processes, the code of every module that is
 * loaded or lies with a running application, the applications, and the manifests of what runs. No process's state is
 * read, and of the application environments only the keys are kept, unless asked otherwise. Changes nothing.
 */
export async function takeSnapshot(target: Target, options: SnapshotOptions): Promise<SnapshotDocument> {
  const { timeoutMs, withEnv = false } = options;
  const reading = { timeoutMs: Math.max(timeoutMs, READ_TIMEOUT_MS) };
  const code = liveCode(target, reading);
  const [root, running, extension] = await Promise.all([
    code.rootDir(),
    code.applications(),
    objectFileExtension(target, reading),
  ]);
  const release = await code.release(root, running);
  const applications = await Promise.all(
    running.map(async ({ name, vsn, description }): Promise<ApplicationRecord> => {
      const directory = await code.libDir(name);
      return {
        ...{ name, vsn, description },
        ...(directory !== undefined && { directory }),
        ...environmentRecord(await allEnv(target, name, reading), withEnv),
      };
    }),
  );
  const names = await moduleNames(target, code, applications, extension, reading);
  const facts = await observe(target, { modules: names, probe: [], timeoutMs });
  const [modules, inspection, files] = await Promise.all([
    withDisk(target, facts, reading),
    inspect(target, facts, { timeoutMs, states: false }),
    recordManifests(code, root, release?.vsn, running, applications, withEnv),
  ]);
  return {
    schema: `${SNAPSHOT_SCHEMA}@${SNAPSHOT_VERSION}`,
    taken: options.taken,
    ...{ node: facts.node, creation: facts.creation, otpRelease: facts.otpRelease, root, extension },
    ...(release !== undefined && { release: { name: release.name, vsn: release.vsn } }),
    applications,
    processes: processRecords(facts.processes, notResponding(facts, inspection)),
    ...(facts.remoteChildren?.length && { remoteChildren: remoteChildRecords(facts.remoteChildren) }),
    anomalies: [...facts.anomalies],
    code: codeRecords(modules, extension),
    inspection: inspectionRecord(inspection, withEnv),
    files: Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    complete: true,
  };
}

function environmentRecord(
  environment: Term,
  withEnv: boolean,
): Pick<ApplicationRecord, "environmentKeys" | "environment"> {
  const pairs = (listElements(environment) ?? []).flatMap((each) => {
    const [key, value] = tupleElements(each, 2) ?? [];
    return key === undefined || value === undefined ? [] : [[printTerm(key), printTerm(value)] as const];
  });
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    environmentKeys: pairs.map(([key]) => key),
    ...(withEnv && { environment: Object.fromEntries(pairs) }),
  };
}

/** All that is loaded, and what lies with the running applications and could be. */
async function moduleNames(
  target: Target,
  { files }: NodeCode,
  applications: readonly ApplicationRecord[],
  extension: string,
  options: { readonly timeoutMs: number },
): Promise<string[]> {
  const directories = applications.flatMap(({ directory }) => directory ?? []);
  const there = await Promise.all(directories.map((directory) => modulesIn(files, directory, extension)));
  const loaded = await loadedModuleNames(target, options);
  return [...new Set([...loaded, ...there.flat()])].sort();
}

async function withDisk(
  target: Target,
  { modules }: Facts,
  options: { readonly timeoutMs: number },
): Promise<SnapshotModule[]> {
  const observed = [...modules.values()];
  const files = observed.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const read = new Map((await objectFiles(target, files, options)).map((code, index) => [files[index]!, code]));
  return observed.map((each) => ({
    observed: each,
    onDisk: (each.file === undefined ? undefined : read.get(each.file)) ?? { md5: undefined, vsn: undefined },
  }));
}

/**
 * Who would not answer a suspend: those that were asked and didn't, and code of its own in the trees that isn't made for
 * system messages, which isn't sent one: it might not know what to do with it.
 */
function notResponding({ processes }: Facts, { silent }: Inspection): Set<string> {
  const own = processes.filter(({ supervised, kind }) => supervised && kind === "own_code");
  return new Set([...silent, ...own.map(({ text }) => text)]);
}

/** The manifests that have to be read to read an upgrade of what runs. */
async function recordManifests(
  code: NodeCode,
  root: string,
  vsn: string | undefined,
  running: readonly RunningApplication[],
  applications: readonly ApplicationRecord[],
  withEnv: boolean,
): Promise<ReadonlyMap<string, string>> {
  const recorder = new Recorder(code.files, withEnv);
  const recording = { ...code, files: recorder };
  const reads = [
    ...(vsn === undefined ? [] : [loadNodeRelease(recording, root, vsn, running)]),
    ...applications.flatMap(({ directory }) =>
      directory === undefined ? [] : [readApplicationDirectory(recorder, directory)],
    ),
  ];
  // What is wrong in them is told when somebody asks for an upgrade, as on the node itself.
  for (const read of await Promise.allSettled(reads)) {
    if (read.status === "rejected" && !(read.reason instanceof ProblemError)) throw read.reason;
  }
  return recorder.files;
}
