import type { CallOptions } from "../../otp/invoke.js";
import { encodeApp } from "../../release/encode.js";
import type { LoadedApplication, LoadedRelease } from "../../release/closure/loaded.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import { readSysConfig, type ApplicationConfig } from "../../release/sys-config.js";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import { atom, list, tuple, type Term } from "../../terms/term.js";
import { configurationDifferences } from "../../upgrade/configuration.js";
import { withExpectedVsns, withoutExpectedVsns } from "../../upgrade/old-vsns.js";
import type { Library } from "../../upgrade/upgrade.js";
import type { PreparedUpgrade } from "../prepared.js";
import { bootConfig } from "./config-providers.js";
import { withProtocols } from "./consolidated-protocols.js";
import { liveCode, type NodeCode } from "./node-code.js";
import { loadNodeRelease, type NodeRelease } from "./node-release.js";
import { findRoute, isNoWay, type Ends } from "./route.js";
import { findWay, type Way } from "./way.js";

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
  const [before, after] = [
    await bootConfig(target, prepared.config.before, options),
    await bootConfig(target, prepared.config.after, options),
  ];
  const upgrade = { ...prepared.upgrade, configuration: configurationDifferences(before, after) };
  return await withProtocols(target, { ...prepared, upgrade, config: { before, after } }, options);
}

/** As {@link readReleaseUpgrade}, for a node that is known by its code: itself, or by a snapshot. */
export async function readReleaseUpgradeOf(node: NodeCode, vsn: string): Promise<PreparedUpgrade> {
  const ends = await endsOf(node, vsn);
  const { from, to } = ends;
  if (to.loaded.rel.name !== from.loaded.rel.name) throw otherRelease(from.loaded, to.loaded);

  const way = await wayOrDetour(node, ends);
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
      from: from.loaded.rel.vsn,
      to: vsn,
      ...way,
      libraries,
      objectCode: withExpectedVsns({ ...way, objectCode: code.facts }, code.code),
      configuration: configurationDifferences(configTerm(configBefore), configTerm(configAfter)),
    },
    code: code.code,
    specifications: { before: specifications(from), after: specifications(to) },
    config: { before: configTerm(configBefore), after: configTerm(configAfter) },
    previousDirectories: new Map([...from.directories.values()].map((each) => [each.application, each.directory])),
  };
}

/**
 * The release that the node runs, and the one that is gone to.
 * @throws ProblemError where nothing says what it runs, it runs that version already, or one of them can't be read
 */
async function endsOf(node: NodeCode, vsn: string): Promise<Ends> {
  const root = await node.rootDir();
  const running = await node.applications();
  const current = await node.release(root, running);
  if (current === undefined) throw notARelease(node);
  if (current.vsn === vsn) throw alreadyRunning(current.name, vsn);
  const to = await loadNodeRelease(node, root, vsn, running);
  const from = await loadNodeRelease(node, root, current.vsn, running);
  return { root, running, from, to };
}

/** The direct way; where there is none, but one by other releases, it is said how to ask for that. */
async function wayOrDetour(node: NodeCode, ends: Ends): Promise<Way> {
  try {
    return findWay(ends.from, ends.to);
  } catch (error) {
    if (!isNoWay(error)) throw error;
    const route = await findRoute(node, ends);
    if (route === undefined) throw error;
    const { name, vsn } = ends.from.loaded.rel;
    throw detour(name, vsn, route, error);
  }
}

function detour(name: string, from: string, route: readonly string[], { problems }: ProblemError): ProblemError {
  const via = route.slice(0, -1);
  return new ProblemError([
    {
      code: "no-upgrade-path",
      severity: "error",
      summary: `there is no direct way from ${name} ${from} to ${route.at(-1)!}, but one in ${route.length} hops: ${[from, ...route].join(" -> ")}`,
      detail: problems.map(({ summary }) => summary).join("; "),
      hint: `Each hop is an upgrade of its own. Ask for them with --multi-hop, or with ${via.map((vsn) => `--via ${vsn}`).join(" ")}.`,
    },
  ]);
}

/**
 * The versions to go to, one after another, to get to a release: that one alone where a direct way leads there.
 * @throws ProblemError where no way leads there, not even by other releases
 */
export async function routeTo(node: NodeCode, vsn: string): Promise<readonly string[]> {
  const ends = await endsOf(node, vsn);
  try {
    findWay(ends.from, ends.to);
    return [vsn];
  } catch (error) {
    const route = isNoWay(error) ? await findRoute(node, ends) : undefined;
    if (route === undefined) throw error;
    return route;
  }
}

/**
 * Reads a later hop of an upgrade in several ones, as if the release before it ran: to be shown beforehand. What the code
 * that runs then will be is not known yet: what runs now stands for it, but for the old versions that code_change takes.
 * @throws ProblemError as `readReleaseUpgrade`
 */
export async function readHopAhead(node: NodeCode, from: string, vsn: string): Promise<PreparedUpgrade> {
  const ahead: NodeCode = {
    ...node,
    release: async (root, running) => {
      const current = await node.release(root, running);
      return current && { name: current.name, vsn: from };
    },
  };
  const prepared = await readReleaseUpgradeOf(ahead, vsn);
  const { upgrade } = prepared;
  return { ...prepared, upgrade: { ...upgrade, objectCode: withoutExpectedVsns(upgrade.objectCode) } };
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

export const configTerm = (config: readonly ApplicationConfig[]): Term =>
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
