import { listDirectories } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import type { ShadowedDirectory } from "../../upgrade/inspection.js";

/**
 * Directories of the code path whose modules stand behind those of another one, so that they can never be loaded.
 * Consolidated protocols stand before those they are made of, as they should.
 */
export async function inspectCodePath(
  target: Target,
  path: readonly string[],
  extension: string,
  options: CallOptions,
): Promise<ShadowedDirectory[]> {
  const directories = [...new Set(path.filter((directory) => !isConsolidated(directory) && directory !== "."))];
  const listed = await listDirectories(target, directories, options);
  const first = new Map<string, string>();
  const shadows = new Map<string, { directory: string; by: string; modules: string[] }>();
  directories.forEach((directory, index) => {
    for (const name of listed[index] ?? []) {
      if (!name.endsWith(extension)) continue;
      const by = first.get(name);
      if (by === undefined) {
        first.set(name, directory);
        continue;
      }
      const key = JSON.stringify([directory, by]);
      const shadow = shadows.get(key) ?? { directory, by, modules: [] };
      shadow.modules.push(name.slice(0, -extension.length));
      shadows.set(key, shadow);
    }
  });
  return [...shadows.values()];
}

/** Where Mix puts protocols with all their implementations: `releases/<vsn>/consolidated`, or `_build/.../consolidated`. */
export const isConsolidated = (directory: string): boolean => /(^|\/)consolidated\/?$/.test(directory);
