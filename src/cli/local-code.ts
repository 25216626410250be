import type { LocalCode, LocalSide } from "../engine/snapshot/code.js";
import { getFile } from "../otp/code.js";
import { objectCodeExportsCodeChange, objectCodeMd5, objectCodeVsn } from "../otp/beam-lib.js";
import { inspectBeam } from "../release/inspect-object-code.js";
import { localFiles } from "../release/local-files.js";
import { bootNode } from "../runtime/index.js";
import type { Target } from "../target/target.js";

/** What is at hand on this machine; disposing of it ends what was started for it. */
export type OpenedLocalCode = LocalSide & AsyncDisposable;

/**
 * Opens the new version's files on this machine.
 * @param extension of the node's object code: `.js` says what it is only when it is evaluated, which a bare embedded
 *   node is booted for; `.beam` files are read
 * @param directory of a single application
 */
export async function openLocalCode(
  extension: string,
  root: string,
  directory: string | undefined,
  bootMs: number,
): Promise<OpenedLocalCode> {
  const side = { files: localFiles, root, ...(directory !== undefined && { others: [directory] }) };
  if (extension !== ".js") return { ...side, inspect: inspectBeamFile, [Symbol.asyncDispose]: () => Promise.resolve() };
  const release = { root, name: "inspection", vsn: "0", erts: "0", applications: [] };
  const node = await bootNode({ release, bootMs });
  return {
    ...side,
    inspect: (file) => inspectOn(node, file),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

async function inspectBeamFile(file: string): Promise<LocalCode | undefined> {
  const bytes = await localFiles.read(file);
  return bytes && { ...(inspectBeam(bytes) ?? NO_CODE), bytes };
}

const NO_CODE = { md5: undefined, vsn: undefined, exportsCodeChange: undefined };

async function inspectOn(node: Target, file: string): Promise<LocalCode | undefined> {
  const bytes = await getFile(node, file);
  if (bytes === undefined) return undefined;
  const md5 = await objectCodeMd5(node, bytes);
  if (md5 === undefined) return { ...NO_CODE, bytes };
  const [vsn, exportsCodeChange] = await Promise.all([
    objectCodeVsn(node, bytes),
    objectCodeExportsCodeChange(node, bytes),
  ]);
  return { md5, vsn, exportsCodeChange, bytes };
}
