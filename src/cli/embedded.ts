import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { encodeApp } from "../release/encode.js";
import { localFiles } from "../release/local-files.js";
import { readApp, readRel } from "../release/read.js";
import { listReleases, readRelease } from "../release/root.js";
import { readSysConfig } from "../release/sys-config.js";
import { unpackArchive } from "../release/tar/unpack.js";
import { BootError, bootNode, BUILT_IN_APPLICATIONS, type BootRelease } from "../runtime/index.js";
import type { Target } from "../target/target.js";
import { ProblemError } from "../terms/problem.js";
import { CommandError, EXIT } from "./exit.js";
import { logNodeEvent } from "./node-log.js";
import type { TargetOptions } from "./options.js";

/** A node that has just booted has nothing to show yet: it is left to run for a moment. */
const WARM_UP_MS = 150;

/**
 * Boots the embedded node from a release root: the release that `--boot` names, else the permanent one, else the lowest.
 * @throws CommandError when the release doesn't start, ProblemError when it isn't there or is invalid
 */
export async function bootEmbedded(options: TargetOptions, log: Logger): Promise<Target> {
  const root = resolve(options.root);
  const startsWith = options.boot === undefined ? await releaseToBoot(root) : await startsWithout(root);
  const vsn = options.boot ?? startsWith ?? "";
  const release = { ...(await readBootRelease(root, vsn)), ...(startsWith !== undefined && { startsWith }) };
  const notLoaded: string[] = [];
  try {
    const node = await bootNode({
      release,
      bootMs: options.connectTimeout,
      onEvent: (event) => {
        logNodeEvent(log, event);
        if (event.kind === "module_load_failed") notLoaded.push(event.detail);
      },
      readApplication: (file, bytes) => encodeApp(readApp(bytes, file).record),
      releaseReader: { readRelease: (file, bytes) => readRel(bytes, file).record, unpackArchive },
    });
    await delay(WARM_UP_MS);
    return node;
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
    throw new CommandError(EXIT.invalid, {
      code: "boot-failed",
      summary: `the release ${vsn} in ${root} does not start`,
      detail: [error.message, ...notLoaded].join("\n"),
      hint: (await isForBeam(release))
        ? "Its code is for a real node: start it there, and name the node with --node NAME@HOST. The embedded node runs JavaScript modules."
        : "Mend what is named here. With --log-file FILE the log has all that the node reported.",
    });
  }
}

/** True where there is compiled Erlang code among the applications, which the embedded node can't run. */
async function isForBeam({ applications }: BootRelease): Promise<boolean> {
  const directories = applications.flatMap(({ directory }) => (directory === undefined ? [] : [`${directory}/ebin`]));
  const names = await Promise.all(directories.map((directory) => localFiles.list(directory)));
  return names.some((files) => files?.some((file) => file.endsWith(".beam")));
}

/** What a start without `--boot` boots; undefined where it would find nothing. */
async function startsWithout(root: string): Promise<string | undefined> {
  return await releaseToBoot(root).catch(() => undefined);
}

async function releaseToBoot(root: string): Promise<string> {
  const { releases, permanent } = await listReleases(localFiles, root).catch(nameAnother);
  const vsn = permanent ?? releases[0]?.vsn;
  if (vsn !== undefined) return vsn;
  throw new CommandError(EXIT.invalid, {
    code: "release-not-found",
    summary: `${root} holds no release`,
    hint: `${NAME_ANOTHER} A release root holds releases/<version>/<name>.rel and lib/<application>-<version>/ebin.`,
  });
}

const NAME_ANOTHER = "Name a release root with --root DIR, or a running node with --node NAME@HOST.";

/** Where nothing was named, the working directory was taken for a release root: it is said how to name another. */
function nameAnother(error: unknown): never {
  const [problem] = error instanceof ProblemError ? error.problems : [];
  if (problem?.code !== "root-not-found") throw error;
  throw new CommandError(EXIT.invalid, { ...problem, hint: `${NAME_ANOTHER} ${problem.hint ?? ""}`.trimEnd() });
}

async function readBootRelease(root: string, vsn: string): Promise<BootRelease> {
  const supplied = new Set<string>(BUILT_IN_APPLICATIONS);
  const { dir, rel, applications } = await readRelease(localFiles, root, vsn, { supplied });
  const config = await readSysConfig(localFiles, `${dir}/sys.config`);
  return {
    root,
    name: rel.record.name,
    vsn,
    erts: rel.record.erts,
    config,
    applications: rel.record.applications.map(({ name, vsn, type, includedApplications }) => {
      const found = applications.get(name);
      return {
        name,
        vsn,
        ...(type !== undefined && { type }),
        ...(includedApplications !== undefined && { includedApplications }),
        ...(found !== undefined && { directory: found.dir, specification: encodeApp(found.app.record) }),
      };
    }),
  };
}
