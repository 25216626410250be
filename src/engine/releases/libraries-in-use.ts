import { posix } from "node:path";
import { allLoaded, codePath } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import type { Inventory } from "./inventory.js";

/**
 * The directories of libraries, and of consolidated protocols, that something needs besides the release `vsn`, each with who needs it: another release
 * that is known or lies there, the code path, or code that was loaded from there.
 */
export async function librariesInUse(
  target: Target,
  { releases, root }: Inventory,
  vsn: string,
  options: CallOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const inUse = new Map<string, string>();
  const add = (directory: string, who: string): void => {
    if (!inUse.has(directory)) inUse.set(directory, who);
  };
  for (const release of releases) {
    if (release.vsn === vsn) continue;
    for (const { dir } of release.libraries) add(dir, `${release.name} ${release.vsn}`);
  }
  const [path, loaded] = await Promise.all([codePath(target, options), allLoaded(target, options)]);
  for (const directory of path) {
    const library = directoryOf(posix.resolve(root, directory), root);
    if (library !== undefined) add(library, "the node's code path");
  }
  for (const [module, origin] of loaded) {
    if (origin === undefined || origin === "preloaded") continue;
    const library = directoryOf(posix.resolve(root, origin.file), root);
    if (library !== undefined) add(library, `loaded code (${module})`);
  }
  return inUse;
}

/**
 * The directory of a path that is kept or deleted as a whole: `<root>/lib/<app>-<vsn>`, or the consolidated protocols of
 * an Elixir release, `<root>/releases/<vsn>/consolidated`.
 */
function directoryOf(path: string, root: string): string | undefined {
  if (!path.startsWith(`${root}/`)) return undefined;
  const inRoot = path.slice(root.length + 1);
  const [found] = /^(lib\/[^/]+|releases\/[^/]+\/consolidated)(?=\/|$)/.exec(inRoot) ?? [];
  return found === undefined ? undefined : `${root}/${found}`;
}
