import type { RunningApplication } from "../../otp/application.js";
import type { LoadedApplication, LoadedRelease } from "../../release/closure/loaded.js";
import type { AppupOutline } from "../../release/outline.js";
import type { App, Manifest, Rel, RelApplication, Relup } from "../../release/records.js";
import { readRelease } from "../../release/root.js";
import { ProblemError } from "../../terms/problem.js";
import type { Library } from "../../upgrade/upgrade.js";
import { readApplicationDirectory } from "./application-directory.js";
import type { NodeCode } from "./node-code.js";

/** A release in a node's root, with the applications that the node brings along. */
export interface NodeRelease {
  /** `<root>/releases/<vsn>` */
  readonly directory: string;
  readonly loaded: LoadedRelease;
  readonly appups: ReadonlyMap<LoadedApplication, AppupOutline>;
  readonly relup: Manifest<Relup> | undefined;
  /** Where each application lies, by name; those that are part of the node itself lie nowhere. */
  readonly directories: ReadonlyMap<string, Library>;
}

/**
 * Reads a release of a node's root. An application that isn't in the root's `lib` is taken from where the node runs it,
 * in the same version; on the embedded node kernel, stdlib and sasl lie nowhere at all.
 * @throws ProblemError with everything that is missing or wrong
 */
export async function loadNodeRelease(
  node: NodeCode,
  root: string,
  vsn: string,
  running: readonly RunningApplication[],
): Promise<NodeRelease> {
  const supplied = new Set(running.map(({ name }) => name));
  const contents = await readRelease(node.files, root, vsn, { supplied });
  const directories = new Map<string, Library>();
  const appups = new Map<LoadedApplication, AppupOutline>();
  const load = async (entry: RelApplication, index: number): Promise<LoadedApplication> => {
    const found =
      contents.applications.get(entry.name) ??
      (await suppliedApplication(node, root, contents.rel, entry, index, running));
    const application: LoadedApplication = {
      entry,
      app: found.app.record,
      dir: `${found.dir ?? ""}/ebin`,
      manifest: found.app,
    };
    if (found.appup !== undefined) appups.set(application, found.appup);
    if (found.dir !== undefined) {
      directories.set(entry.name, { application: entry.name, vsn: entry.vsn, directory: found.dir });
    }
    return application;
  };
  const applications = await Promise.all(contents.rel.record.applications.map(load));
  return {
    directory: contents.dir,
    loaded: { rel: contents.rel.record, manifest: contents.rel, applications },
    appups,
    relup: contents.relup,
    directories,
  };
}

interface SuppliedApplication {
  readonly dir: string | undefined;
  readonly app: Manifest<App>;
  readonly appup?: AppupOutline | undefined;
}

/** An application that the node runs from elsewhere than the root, in the version that the release asks for. */
async function suppliedApplication(
  node: NodeCode,
  root: string,
  rel: Manifest<Rel>,
  entry: RelApplication,
  index: number,
  running: readonly RunningApplication[],
): Promise<SuppliedApplication> {
  const runs = running.find(({ name }) => name === entry.name);
  if (runs?.vsn !== entry.vsn) {
    throw new ProblemError([
      {
        code: "application-not-found",
        severity: "error",
        summary: `there is no application ${entry.name}-${entry.vsn} in the release root`,
        detail: `It isn't in ${root}/lib, and the node itself ${runs === undefined ? "doesn't run it" : `runs ${entry.name} ${runs.vsn}`}.`,
        hint: "Build the release with its applications in lib.",
        span: rel.locate(["applications", index]),
      },
    ]);
  }
  const dir = await node.libDir(entry.name);
  if (dir === undefined) return { dir, app: builtInApplication(entry, rel) };
  const { app, appup } = await readApplicationDirectory(node.files, dir);
  return { dir, app, appup };
}

/** kernel, stdlib and sasl as the embedded node has them: without files, and so without anything to upgrade. */
function builtInApplication({ name, vsn }: RelApplication, rel: Manifest<Rel>): Manifest<App> {
  const applications = name === "kernel" ? [] : name === "stdlib" ? ["kernel"] : ["kernel", "stdlib"];
  const record: App = { name, vsn, description: "", modules: [], registered: [], applications };
  return { file: rel.file, record, warnings: [], locate: () => rel.locate(["applications"]) };
}
