import type { CallOptions } from "../../otp/invoke.js";
import { encodeApp } from "../../release/encode.js";
import type { LoadedApplication, LoadedRelease } from "../../release/closure/loaded.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import { readSysConfig, type ApplicationConfig } from "../../release/sys-config.js";
import { compareVersions } from "../../release/version.js";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import { atom, list, tuple, type Term } from "../../terms/term.js";
import { makeRelup } from "../../upgrade/relup.js";
import type { Library } from "../../upgrade/upgrade.js";
import type { PreparedUpgrade } from "../prepared.js";
import { bootConfig } from "./config-providers.js";
import { withProtocols } from "./consolidated-protocols.js";
import { liveCode, type NodeCode } from "./node-code.js";
import { loadNodeRelease, type NodeRelease } from "./node-release.js";

/** The way from one release to another: by which script, and where that came from. */
interface Way {
  readonly direction: "up" | "down";
  readonly origin: "relup" | "appup";
  readonly script: readonly LowLevelInstruction[];
}

/**
 * Reads the upgrade of the running release to the version `vsn` in the node's release root: by the relup of the higher
 * release where there is one with an entry for the other (as `release_handler:get_rh_script/4`), else by the appups.
 * @throws ProblemError when the release isn't there, a manifest is invalid, or no way leads there
 */
export async function readReleaseUpgrade(
  target: Target,
  vsn: string,
  options: CallOptions = {},
): Promise<PreparedUpgrade> {
  const prepared = await readReleaseUpgradeOf(liveCode(target, options), vsn);
  const after = await bootConfig(target, prepared.config.after, options);
  return await withProtocols(target, { ...prepared, config: { ...prepared.config, after } }, options);
}

/** As {@link readReleaseUpgrade}, for a node that is known by its code: itself, or by a snapshot. */
export async function readReleaseUpgradeOf(node: NodeCode, vsn: string): Promise<PreparedUpgrade> {
  const root = await node.rootDir();
  const running = await node.applications();
  const current = await node.release(root, running);
  if (current === undefined) throw notARelease(node);
  if (current.vsn === vsn) throw alreadyRunning(current.name, vsn);
  const to = await loadNodeRelease(node, root, vsn, running);
  const from = await loadNodeRelease(node, root, current.vsn, running);
  if (to.loaded.rel.name !== from.loaded.rel.name) throw otherRelease(from.loaded, to.loaded);

  const way = findWay(from, to);
  const libraries = changedLibraries(way.script, from, to);
  const listed = new Map(to.loaded.applications.map(({ app }) => [app.name, new Set(app.modules)]));
  const [code, configBefore, configAfter] = await Promise.all([
    node.objectCode(way.script, [...to.directories.values()], listed),
    readSysConfig(node.files, `${from.directory}/sys.config`),
    readSysConfig(node.files, `${to.directory}/sys.config`),
  ]);
  return {
    upgrade: {
      kind: "release",
      name: to.loaded.rel.name,
      from: current.vsn,
      to: vsn,
      ...way,
      libraries,
      objectCode: code.facts,
    },
    code: code.code,
    specifications: { before: specifications(from), after: specifications(to) },
    config: { before: configTerm(configBefore), after: configTerm(configAfter) },
    previousDirectories: new Map([...from.directories.values()].map((each) => [each.application, each.directory])),
  };
}

function findWay(from: NodeRelease, to: NodeRelease): Way {
  const up = to.relup?.record.upFrom.find(({ vsn }) => vsn === from.loaded.rel.vsn);
  if (up !== undefined) return { direction: "up", origin: "relup", script: up.script };
  const down = from.relup?.record.downTo.find(({ vsn }) => vsn === to.loaded.rel.vsn);
  if (down !== undefined) return { direction: "down", origin: "relup", script: down.script };
  const isUp = compareVersions(to.loaded.rel.vsn, from.loaded.rel.vsn) > 0;
  const [top, base] = isUp ? [to, from] : [from, to];
  const bases = [{ release: base.loaded }];
  const { relup } = makeRelup({
    top: top.loaded,
    upFrom: isUp ? bases : [],
    downTo: isUp ? [] : bases,
    appups: top.appups,
  });
  const [entry] = isUp ? relup.upFrom : relup.downTo;
  return { direction: isUp ? "up" : "down", origin: "appup", script: entry!.script };
}

/** The libraries whose code path is replaced: those that are new or changed, and those the script loads code from. */
function changedLibraries(script: readonly LowLevelInstruction[], from: NodeRelease, to: NodeRelease): Library[] {
  const loaded = new Set(script.flatMap((step) => (step.instruction === "load_object_code" ? [step.application] : [])));
  return [...to.directories.values()].filter(
    (library) => loaded.has(library.application) || from.directories.get(library.application)?.vsn !== library.vsn,
  );
}

/** `{application, Name, Keys}` of the applications that lie in a directory; those of the node itself stay as they are. */
function specifications({ loaded, directories }: NodeRelease): Term[] {
  const isOurs = ({ app }: LoadedApplication): boolean => directories.has(app.name);
  return loaded.applications.filter(isOurs).map(({ app }) => encodeApp(app));
}

const configTerm = (config: readonly ApplicationConfig[]): Term =>
  list(
    ...config.map(([application, environment]) =>
      tuple(atom(application), list(...environment.map(([key, value]) => tuple(atom(key), value)))),
    ),
  );

function notARelease({ node }: NodeCode): ProblemError {
  return new ProblemError([
    {
      code: "not-a-release",
      severity: "error",
      summary: `${node} doesn't say which release it runs`,
      hint: "Upgrade a single application with --app DIR.",
    },
  ]);
}

function alreadyRunning(name: string, vsn: string): ProblemError {
  return new ProblemError([
    {
      code: "already-installed",
      severity: "error",
      summary: `${name} ${vsn} is what the node runs already`,
      hint: "Name another version.",
    },
  ]);
}

function otherRelease(from: LoadedRelease, to: LoadedRelease): ProblemError {
  return new ProblemError([
    {
      code: "release-name-mismatch",
      severity: "error",
      summary: `the node runs the release ${from.rel.name}, but version ${to.rel.vsn} is one of ${to.rel.name}`,
      hint: "Name a version of the release that the node runs.",
      span: to.manifest.locate(["name"]),
    },
  ]);
}
