import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { nodeFiles } from "../engine/node-files.js";
import type { Binary } from "../engine/prepared.js";
import { CommandError, EXIT } from "./exit.js";
import type { OpenedTarget } from "./target.js";

/**
 * Reads the files of compiled modules. The embedded node reads them itself: JavaScript doesn't say of itself which module
 * it is, its file's name does.
 * @throws CommandError where one can't be read
 */
export async function readModules(
  { target, isEmbedded }: OpenedTarget,
  files: readonly string[],
  timeoutMs: number,
): Promise<Binary[]> {
  const node = nodeFiles(target, { timeoutMs });
  return await Promise.all(
    files.map(async (name) => {
      const file = resolve(name);
      let bytes: Uint8Array | undefined;
      let detail = "There is no such file, or it can't be read.";
      try {
        bytes = isEmbedded ? await node.read(file) : await readFile(file);
      } catch (error) {
        detail = (error as Error).message;
      }
      if (bytes !== undefined) return { file, bytes };
      throw new CommandError(EXIT.invalid, {
        code: "file-not-readable",
        summary: `the file ${name} can't be read`,
        detail,
        hint: "Name the compiled module as it lies on this machine.",
      });
    }),
  );
}
