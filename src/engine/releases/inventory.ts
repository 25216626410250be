import { posix } from "node:path";
import { libDir, rootDir } from "../../otp/code.js";
import { whichApplications, type RunningApplication } from "../../otp/application.js";
import { fileInfos } from "../../otp/file.js";
import type { CallOptions } from "../../otp/invoke.js";
import {
  bootedRelease,
  handlerState,
  whichReleases,
  type HandlerLibrary,
  type HandlerState,
  type HandlerStatus,
} from "../../otp/release-handler.js";
import type { FileReader } from "../../release/reader.js";
import type { Rel } from "../../release/records.js";
import { readReleasesFile, readStartErlData, type RegisteredRelease } from "../../release/root/releases-file.js";
import { compareVersions } from "../../release/version.js";
import type { Target } from "../../target/target.js";
import { nodeFiles } from "../node-files.js";
import { findRel, identifyRelease, type FoundRel } from "../source/running-release.js";
import { unknownHandler } from "./problems.js";

/** A release that a node knows of, or that lies in its root. */
export interface NodeRelease {
  readonly name: string;
  readonly vsn: string;
  readonly erts: string | undefined;
  /** What its release handler says; undefined where it doesn't know the release. */
  readonly status: HandlerStatus | undefined;
  readonly isRunning: boolean;
  /** Whether a start of the node boots it. */
  readonly bootsNext: boolean;
  /** Its applications, each with the directory where it lies, or where it should. */
  readonly libraries: readonly HandlerLibrary[];
  /** Its `.rel`; undefined where there is none, or none that can be read. */
  readonly relFile: string | undefined;
  /** Files and directories that it needs and that aren't there. */
  readonly missing: readonly string[];
}

/** The releases of a node, and where they are kept. */
export interface Inventory {
  readonly node: string;
  readonly root: string;
  /** The directory `releases`. */
  readonly relDir: string;
  /** Undefined on a node without a release handler (no sasl). */
  readonly handler: HandlerState | undefined;
  /** What `RELEASES` holds; undefined where there is no such file, as in an Elixir release. */
  readonly registered: readonly RegisteredRelease[] | undefined;
  /** What `start_erl.data` says is booted next; undefined where there is none. */
  readonly startErl: { readonly erts: string; readonly vsn: string } | undefined;
  readonly running: { readonly name: string; readonly vsn: string } | undefined;
  /** From the lowest version to the highest. */
  readonly releases: readonly NodeRelease[];
}

/** Reads which releases a node knows, runs and has on its disk. Changes nothing. */
export async function takeInventory(target: Target, options: CallOptions = {}): Promise<Inventory> {
  const files = nodeFiles(target, options);
  const [state, known, booted, codeRoot, applications] = await Promise.all([
    handlerState(target, options),
    whichReleases(target, options),
    bootedRelease(target, options),
    rootDir(target, options),
    whichApplications(target, options),
  ]);
  if (state === "unknown") throw unknownHandler(target.identity.node, target.identity.otpRelease);
  const root = state?.root ?? codeRoot;
  const relDir = state?.relDir ?? `${root}/releases`;
  const [registered, startErl, onDisk] = await Promise.all([
    readRegistered(files, relDir),
    readStartErl(files, relDir),
    relsOnDisk(files, relDir),
  ]);
  const running = onDisk.size === 0 ? booted : await identifyRelease(target, files, root, applications, options);
  const permanent = [registered, state?.releases].flatMap((each) => each?.find(({ status }) => status === "permanent") ?? []);
  const next = startErl?.vsn ?? permanent[0]?.vsn ?? booted?.vsn;
  const versions = new Set([...(known ?? []).map(({ vsn }) => vsn), ...onDisk.keys()]);
  const drafts = [...versions].toSorted(compareVersions).map((vsn): Draft => {
    const handled = state?.releases.find((release) => release.vsn === vsn);
    const said = handled ?? known?.find((release) => release.vsn === vsn);
    const found = onDisk.get(vsn);
    return {
      name: said?.name ?? found!.rel.name,
      vsn,
      erts: handled?.erts ?? found?.rel.erts,
      status: said?.status,
      isRunning: running?.vsn === vsn,
      bootsNext: next === vsn,
      libraries: librariesOf(handled?.libs ?? [], found?.rel, codeRoot, root),
      relFile: found?.file,
    };
  });
  return {
    node: target.identity.node,
    root,
    relDir,
    handler: state,
    registered,
    startErl,
    running,
    releases: await withMissing(target, drafts, relDir, applications, options),
  };
}

type Draft = Omit<NodeRelease, "missing">;

async function readRegistered(files: FileReader, relDir: string): Promise<readonly RegisteredRelease[] | undefined> {
  const bytes = await files.read(`${relDir}/RELEASES`);
  return bytes === undefined ? undefined : readReleasesFile(bytes, `${relDir}/RELEASES`);
}

async function readStartErl(files: FileReader, relDir: string): Promise<ReturnType<typeof readStartErlData>> {
  const bytes = await files.read(`${relDir}/start_erl.data`);
  return bytes === undefined ? undefined : readStartErlData(bytes);
}

/** Each `releases/<vsn>/<name>.rel` that can be read, by version. */
async function relsOnDisk(
  files: FileReader,
  relDir: string,
): Promise<ReadonlyMap<string, FoundRel>> {
  const directories = (await files.list(relDir)) ?? [];
  const found = await Promise.all(directories.map((vsn) => findRel(files, `${relDir}/${vsn}`)));
  // One that lies in the directory of another version is none of either.
  return new Map(
    found.flatMap((each, index) => (each?.rel.vsn === directories[index] ? [[each!.rel.vsn, each!] as const] : [])),
  );
}

/** Where the applications lie: as the release handler says, else in the root's `lib`. */
function librariesOf(
  handled: readonly HandlerLibrary[],
  rel: Rel | undefined,
  codeRoot: string,
  root: string,
): HandlerLibrary[] {
  if (handled.length > 0) return handled.map((each) => ({ ...each, dir: posix.resolve(codeRoot, each.dir) }));
  return (rel?.applications ?? []).map(({ name, vsn }) => ({ name, vsn, dir: `${root}/lib/${name}-${vsn}` }));
}

/** An application that isn't in the root, but that the node runs in the same version from elsewhere, isn't missing. */
async function withMissing(
  target: Target,
  drafts: readonly Draft[],
  relDir: string,
  applications: readonly RunningApplication[],
  options: CallOptions,
): Promise<NodeRelease[]> {
  const libraries = [...new Set(drafts.flatMap(({ libraries }) => libraries.map(({ dir }) => dir)))];
  const boots = drafts.map(({ vsn }) => `${relDir}/${vsn}/start.boot`);
  const ran = await librariesElsewhere(target, applications, options);
  const paths = [...libraries, ...boots, ...[...ran.values()].map(onDisk)];
  const infos = await fileInfos(target, paths, options);
  const there = new Set(paths.filter((_, index) => infos[index] !== undefined));
  const needsBoot = await hasBootScripts(target, there, boots, options);
  // The code server goes on giving a directory that was deleted since.
  const elsewhere = new Map([...ran].filter(([, dir]) => dir === "" || there.has(onDisk(dir))));
  return drafts.map((draft) => {
    const found = draft.libraries.map((library) => {
      const other = elsewhere.get(`${library.name}-${library.vsn}`);
      return there.has(library.dir) || other === undefined ? library : { ...library, dir: other };
    });
    const gone = found.filter(({ name, vsn, dir }) => !there.has(dir) && !elsewhere.has(`${name}-${vsn}`));
    const boot = `${relDir}/${draft.vsn}/start.boot`;
    const missing = [
      ...(draft.relFile === undefined ? [`${relDir}/${draft.vsn}/${draft.name}.rel`] : []),
      ...(needsBoot && !there.has(boot) ? [boot] : []),
      ...gone.map(({ dir }) => dir),
    ];
    return { ...draft, libraries: found, missing };
  });
}

/** A directory; of one in an archive, the archive. */
const onDisk = (directory: string): string => directory.replace(/\.ez\/.*$/s, ".ez");

/** The embedded node boots without scripts: there, none of its releases has one. */
async function hasBootScripts(
  target: Target,
  there: ReadonlySet<string>,
  boots: readonly string[],
  options: CallOptions,
): Promise<boolean> {
  if (boots.some((boot) => there.has(boot))) return true;
  return (await libDir(target, "kernel", options)) !== undefined;
}

/** Directories of the applications that run, by `<app>-<vsn>`; the empty text for one that lies nowhere. */
async function librariesElsewhere(
  target: Target,
  applications: readonly RunningApplication[],
  options: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const pairs = applications.map(async ({ name, vsn }) => {
    return [`${name}-${vsn}`, (await libDir(target, name, options)) ?? ""] as const;
  });
  return new Map(await Promise.all(pairs));
}
