import { isAbsolute, join, relative } from "node:path";
import { type Term, type Tuple, atom, list, string, tuple } from "../../terms/term.js";
import { BUILT_IN_APPLICATIONS } from "../application/spec.js";
import type { Context } from "../context.js";
import type { RuntimeNode } from "../node.js";
import { raiseError } from "../process/raised.js";
import { OK, at, elementsOf, error, isNamed, isTagged, nameText, ok } from "../support/term.js";
import { Refused, deleteFile, fileError, readReleases, releasesDirectory } from "./disk.js";
import { writeNewFiles, writeReleases, writeStartErl } from "./disk.js";
import type { ReleaseManifest } from "./reader.js";
import { changed, initialState, releasesOf, unpurgedOf, type Library, type Release } from "./records.js";

/**
 * The gen_server callbacks of release_handler.erl, as far as the embedded node has them: it unpacks packages, keeps account
 * of releases, and writes what the next start boots. It installs none, and has no boot scripts.
 */

const reply = (answer: Term, state: Term): Term => tuple(atom("reply"), answer, state);

export function init({ node }: Context): Term {
  return tuple(OK, initialState(node.root, releasesDirectory(node), withBooted(node, readReleases(node))));
}

/**
 * The releases at a start: what is booted without being permanent is current. Without RELEASES only what was booted is
 * known, and what a start boots.
 */
function withBooted({ release, root }: RuntimeNode, known: readonly Release[] | undefined): Release[] {
  const { name, vsn, erts, startsWith = vsn } = release;
  const isPermanent = known === undefined ? startsWith === vsn : isStatus(known, vsn, "permanent");
  const status = isPermanent ? "permanent" : "current";
  if (known?.some((each) => each.vsn === vsn) === true) {
    return known.map((each) => (each.vsn === vsn ? { ...each, status } : each));
  }
  const libs = release.applications.flatMap(({ name, vsn, directory }): Library[] =>
    directory === undefined ? [] : [{ name, vsn, dir: fromRoot(directory, root) }],
  );
  const booted: Release = { name, vsn, erts, libs, status };
  if (known !== undefined || startsWith === vsn) return [booted, ...(known ?? [])];
  return [booted, { name, vsn: startsWith, erts: undefined, libs: [], status: "permanent" }];
}

const isStatus = (releases: readonly Release[], vsn: string, status: string): boolean =>
  releases.some((each) => each.vsn === vsn && each.status === status);

/** Such a RELEASES can be moved with its root. */
function fromRoot(directory: string, root: string): string {
  const path = relative(root, directory);
  return path.startsWith("..") || isAbsolute(path) ? directory : path;
}

export async function handleCall(context: Context, request: Term, _from: Term, held: Term): Promise<Term> {
  const state = held as Tuple;
  try {
    if (isNamed(request, "which_releases")) return reply(whichReleases(state), state);
    if (isTagged(request, "unpack_release", 2)) return unpack(context, textOf(at(request, 1)), state);
    if (isTagged(request, "set_unpacked", 3))
      return setUnpacked(context, textOf(at(request, 1)), at(request, 2), state);
    if (isTagged(request, "set_removed", 2)) return setRemoved(context, textOf(at(request, 1)), state);
    if (isTagged(request, "make_permanent", 2)) return await makePermanent(context, textOf(at(request, 1)), state);
    // Here the steps of an upgrade are done from outside alone.
    if (isTagged(request, "install_release", 4)) return reply(error(atom("embedded_node")), state);
  } catch (thrown) {
    if (thrown instanceof Refused) return reply(error(thrown.reason), state);
    throw thrown;
  }
  return raiseError("function_clause");
}

const textOf = (term: Term): string => nameText(term) ?? raiseError("function_clause");

function whichReleases(state: Tuple): Term {
  return list(
    ...releasesOf(state).map(({ name, vsn, libs, status }) => {
      const libraries = libs.map((lib) => string(`${lib.name}-${lib.vsn}`));
      return tuple(string(name), string(vsn), list(...libraries), atom(status));
    }),
  );
}

/** release_handler:do_unpack_release/4 */
function unpack({ node }: Context, packageName: string, state: Tuple): Term {
  const directory = releasesDirectory(node);
  const archive = join(directory, `${packageName}.tar.gz`);
  const bytes = node.files.readFile(archive);
  if (bytes === undefined) throw new Refused(tuple(atom("no_such_file"), string(archive)));
  const files = read(
    () => node.releaseReader.unpackArchive(bytes),
    (why) => tuple(atom("cannot_extract_file"), string(archive), string(why)),
  );
  const [path, content] = [...files].find(([name]) => /^releases\/[^/]+\/[^/]+\.rel(\.ya?ml)?$/.test(name)) ?? [];
  if (path === undefined || content === undefined) throw fileError("enoent", join(directory, `${packageName}.rel`));
  const manifest = manifestOf(node, path, content);
  refuseKnown(state, manifest.vsn);
  writeNewFiles(node, files);
  const release = releaseOf(manifest, ({ library }) => join("lib", library), node);
  const answer = withRelease(node, release, state);
  deleteFile(node, archive);
  deleteFile(node, join(directory, `${packageName}.rel`));
  return answer;
}

/** release_handler:do_set_unpacked/6 */
function setUnpacked({ node }: Context, relFile: string, directories: Term, state: Tuple): Term {
  const bytes = node.files.readFile(relFile);
  if (bytes === undefined) throw fileError("enoent", relFile);
  const manifest = manifestOf(node, relFile, bytes);
  refuseKnown(state, manifest.vsn);
  const elsewhere = new Map(
    (elementsOf(directories) ?? []).map((entry) => {
      const [name, , directory] = (entry as Tuple).elements.map((each) => nameText(each) ?? "");
      return [name!, directory!] as const;
    }),
  );
  const place = ({ name, library }: Wanted): string => {
    const directory = elsewhere.get(name);
    if (directory === undefined) return join(node.root, "lib", library);
    return checkedDirectory(node, join(directory, library));
  };
  return withRelease(node, releaseOf(manifest, place, node), state);
}

/** An application of a release, with the name of its directory, such as `counter-0.2.0`. */
interface Wanted {
  readonly name: string;
  readonly library: string;
}

/** A release with its libraries (`check_rel_data/4`). What is part of every embedded node has no directory. */
function releaseOf(
  { name, vsn, erts, applications }: ReleaseManifest,
  place: (wanted: Wanted) => string,
  node: RuntimeNode,
): Release {
  const builtIn = new Set<string>(BUILT_IN_APPLICATIONS);
  const isThere = (library: string): boolean => node.files.stat(join(node.root, "lib", library)) !== undefined;
  const libs = applications.flatMap(({ name, vsn }): Library[] => {
    const library = `${name}-${vsn}`;
    return builtIn.has(name) && !isThere(library) ? [] : [{ name, vsn, dir: place({ name, library }) }];
  });
  return { name, vsn, erts, libs, status: "unpacked" };
}

/** A directory that somebody has named (`check_path/1`). */
function checkedDirectory(node: RuntimeNode, dir: string): string {
  const type = node.files.stat(isAbsolute(dir) ? dir : join(node.root, dir))?.type;
  if (type === "directory") return dir;
  throw new Refused(tuple(atom(type === undefined ? "no_such_directory" : "not_a_directory"), string(dir)));
}

function withRelease(node: RuntimeNode, release: Release, state: Tuple): Term {
  const releases = [release, ...releasesOf(state)];
  writeReleases(node, releases);
  return reply(ok(string(release.vsn)), changed(state, releases));
}

function refuseKnown(state: Tuple, vsn: string): void {
  if (releasesOf(state).some((each) => each.vsn === vsn))
    throw new Refused(tuple(atom("existing_release"), string(vsn)));
}

const manifestOf = (node: RuntimeNode, file: string, bytes: Uint8Array): ReleaseManifest =>
  read(
    () => node.releaseReader.readRelease(file, bytes),
    () => tuple(atom("bad_rel_file"), string(file)),
  );

/** @param refusal what is answered where the reader can't, from what it says */
function read<Result>(act: () => Result, refusal: (why: string) => Term): Result {
  try {
    return act();
  } catch (thrown) {
    throw new Refused(refusal((thrown as Error).message));
  }
}

/** release_handler:do_set_removed/4 */
function setRemoved({ node }: Context, vsn: string, state: Tuple): Term {
  const releases = releasesOf(state);
  if (isStatus(releases, vsn, "permanent")) throw new Refused(tuple(atom("permanent"), string(vsn)));
  if (!releases.some((each) => each.vsn === vsn)) throw new Refused(tuple(atom("no_such_release"), string(vsn)));
  const left = releases.filter((each) => each.vsn !== vsn);
  writeReleases(node, left);
  return reply(OK, changed(state, left));
}

/** release_handler:do_make_permanent/2. For one that is permanent already the files are written, where they aren't yet. */
async function makePermanent(context: Context, vsn: string, state: Tuple): Promise<Term> {
  const { node } = context;
  const before = releasesOf(state);
  const release = before.find((each) => each.vsn === vsn);
  if (release === undefined) throw new Refused(tuple(atom("no_such_release"), string(vsn)));
  if (release.status !== "permanent" && release.status !== "current") {
    throw new Refused(tuple(atom("bad_status"), atom(release.status)));
  }
  const releases = before.map((each): Release => {
    if (each.vsn === vsn) return { ...each, status: "permanent" };
    return each.status === "permanent" ? { ...each, status: "old" } : each;
  });
  writeStartErl(node, release);
  writeReleases(node, releases);
  const left: Term[] = [];
  for (const entry of unpurgedOf(state)) {
    const [module, method] = (entry as Tuple).elements;
    if (isNamed(method, "brutal_purge")) await node.call(context.self, atom("code"), atom("purge"), [module!]);
    else left.push(entry);
  }
  return reply(OK, changed(state, releases, left));
}
