import { allLoaded, codeMode, codePath } from "../../otp/code-path.js";
import { objectFileExtension, rootDir } from "../../otp/code.js";
import { diskData, fileAccess } from "../../otp/places.js";
import { processPlaces } from "../../otp/process-place.js";
import { whichReleases } from "../../otp/release-handler.js";
import type { FileReader } from "../../release/reader.js";
import { readStartErlData } from "../../release/root/releases-file.js";
import type { Target } from "../../target/target.js";
import type { Facts, ObservedProcess } from "../../upgrade/facts.js";
import type { Disk, Inspection } from "../../upgrade/inspection.js";
import { nodeFiles } from "../node-files.js";
import { findRel, identifyRelease } from "../source/running-release.js";
import { inspectApplications } from "./applications.js";
import { inspectCallbacks } from "./callbacks.js";
import { inspectCodePath } from "./code-path.js";
import { inspectOldCode } from "./old-code.js";
import { inspectSpecifications } from "./specifications.js";
import { inspectFuns } from "./state-funs.js";
import { inspectStillness } from "./suspended.js";

export interface InspectOptions {
  /** For each question to a process, and more for those to the node. */
  readonly timeoutMs: number;
  /** Reads the states of processes too, and looks for funs in them. */
  readonly states: boolean;
}

/** Looks at what `doctor` judges besides the facts of every plan. Changes nothing. */
export async function inspect(target: Target, facts: Facts, options: InspectOptions): Promise<Inspection> {
  const question = { timeoutMs: Math.max(options.timeoutMs, 10_000) };
  const local = facts.processes.filter(({ pid }) => pid.node.name === target.identity.node);
  const pids = local.map(({ pid }) => pid);
  const [root, mode, path, extension, origins, places] = await Promise.all([
    rootDir(target, question),
    codeMode(target, question),
    codePath(target, question),
    objectFileExtension(target, question),
    allLoaded(target, question),
    processPlaces(target, pids, question.timeoutMs),
  ]);
  const callbacks = await inspectCallbacks(target, local, places, origins, question);
  const stillness = await inspectStillness(target, local, places, callbacks, facts.notResponding, options.timeoutMs);
  const isStill = new Set([...stillness.suspended.map(({ pid }) => pid), ...stillness.silent]);
  const supervisors = local.filter(
    ({ text }, index) => places[index]?.startedIn.module === "supervisor" && !isStill.has(text),
  );
  const disguised = new Set(facts.anomalies.map(({ pid }) => pid));
  const children = local.filter((process) => seemsWrong(process) || disguised.has(process.text));
  const [release, oldCode, shadows, specifications, disks, states] = await Promise.all([
    inspectRelease(target, root, facts.applications, question),
    inspectOldCode(target, [...origins.keys()], pids, question),
    inspectCodePath(target, path, extension, question),
    inspectSpecifications(target, children, supervisors, question),
    diskOfCode(target, root, question),
    options.states
      ? inspectFuns(target, local, places, { callbacks, silent: stillness.silent }, options.timeoutMs)
      : { funs: undefined, statesNotRead: [] },
  ]);
  return { mode, callbacks, ...stillness, ...oldCode, ...release, shadows, specifications, disks, ...states };
}

/** Children whose specification may have to be written anew. */
const seemsWrong = ({ supervised, supervisor, callbackModule, modules, dynamic, hidden }: ObservedProcess): boolean =>
  supervised && supervisor !== undefined && !hidden && (dynamic || !modules.includes(callbackModule ?? ""));

/** The release that runs, the versions of applications, and whether the release's bookkeeping can be written. */
async function inspectRelease(
  target: Target,
  root: string,
  running: Facts["applications"],
  options: { readonly timeoutMs: number },
): Promise<Pick<Inspection, "release" | "bootsNext" | "applications" | "notWritable">> {
  const files = nodeFiles(target, options);
  const hasReleases = (await files.list(`${root}/releases`)) !== undefined;
  const release = hasReleases ? await identifyRelease(target, files, root, running, options) : undefined;
  const rel = release && (await findRel(files, `${root}/releases/${release.vsn}`))?.rel;
  const applications = await inspectApplications(target, files, rel, options);
  const places = [`${root}/releases`, `${root}/releases/RELEASES`, `${root}/releases/start_erl.data`, `${root}/lib`];
  const access = rel === undefined ? [] : await fileAccess(target, places, options);
  return {
    release: rel && { name: rel.name, vsn: rel.vsn },
    bootsNext: rel && (await bootsNext(target, files, root, options)),
    applications,
    notWritable: places.filter((_, index) => access[index] === "read_only"),
  };
}

/** What a start boots: `start_erl.data` says it, and where there is none, what the release handler knows as permanent. */
async function bootsNext(
  target: Target,
  files: FileReader,
  root: string,
  options: { readonly timeoutMs: number },
): Promise<string | undefined> {
  const bytes = await files.read(`${root}/releases/start_erl.data`);
  if (bytes !== undefined) return readStartErlData(bytes)?.vsn;
  return (await whichReleases(target, options))?.find(({ status }) => status === "permanent")?.vsn;
}

/** The disk that the node's code lies on; what else is mounted is no matter of an upgrade. */
async function diskOfCode(target: Target, root: string, options: { readonly timeoutMs: number }): Promise<Disk[]> {
  const disks = await diskData(target, options);
  const holds = ({ mount }: Disk): boolean => mount === "/" || root === mount || root.startsWith(`${mount}/`);
  return disks
    .filter(holds)
    .toSorted((a, b) => b.mount.length - a.mount.length)
    .slice(0, 1);
}
