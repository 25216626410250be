import { posix } from "node:path";

/**
 * The directories that the applications of a release are looked for in: those given, then those of `ERL_LIBS`, which are
 * on the code path of an Erlang node too (systools puts that behind the given ones). Where none is given, the
 * applications of the release root that the release lies in come first.
 * @param given directories, in which `*` may stand for any characters
 * @param rel the file of the release: `<root>/releases/<vsn>/<name>` lies in a root
 * @param erlLibs the environment variable's value
 */
export function libraryPath(given: readonly string[], rel: string, erlLibs: string | undefined): string[] {
  const libraries = (erlLibs ?? "").split(":").filter((directory) => directory !== "");
  return [...(given.length > 0 ? given : rootPath(rel)), ...libraries.map((library) => `${library}/*/ebin`)];
}

function rootPath(rel: string): string[] {
  const releases = posix.dirname(posix.dirname(posix.normalize(rel)));
  return posix.basename(releases) === "releases" ? [posix.join(releases, "../lib/*/ebin")] : [];
}
