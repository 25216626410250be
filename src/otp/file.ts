import { atomName, taggedTuple, tupleElements } from "../terms/access.js";
import type { Target } from "../target/target.js";
import type { SurfaceName } from "../target/surface.js";
import { binary, string, type Term } from "../terms/term.js";
import { askEach } from "./batch.js";
import { bytesOf } from "./decode.js";
import { invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/** `file` of OTP, for what is written and deleted on a node. Paths are absolute. */

/** A function of `file` answered with an error: a POSIX reason such as `enospc`, `erofs` or `eacces`. */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly reason: string;
  readonly path: string;
  constructor(called: string, path: string, reason: string) {
    super(`${called} of ${path} failed: ${reason}`);
    this.reason = reason;
    this.path = path;
  }
}

/** The reason of `{error, Reason}`; undefined for anything else. */
export const errorReason = (answer: Term | undefined): string | undefined => {
  const reason = taggedTuple(answer, "error", 2)?.[1];
  return reason === undefined ? undefined : (atomName(reason) ?? "unknown");
};

async function act(
  target: Target,
  called: SurfaceName,
  path: string,
  args: readonly Term[],
  options: CallOptions,
): Promise<Term> {
  const answer = await invoke(target, called, args, options);
  const reason = errorReason(answer);
  if (reason !== undefined) throw new FileError(called, path, reason);
  return answer;
}

/** Writes a whole file. @throws FileError where the node can't */
export async function writeFile(
  target: Target,
  path: string,
  content: Uint8Array,
  options: CallOptions = {},
): Promise<void> {
  await act(target, "file:write_file/2", path, [string(path), binary(content)], options);
}

/** Renames a file; one of the new name is replaced. @throws FileError where the node can't */
export async function renameFile(target: Target, from: string, to: string, options: CallOptions = {}): Promise<void> {
  await act(target, "file:rename/2", from, [string(from), string(to)], options);
}

/** Deletes a file. One that isn't there is no error. @throws FileError where the node can't */
export async function deleteFile(target: Target, path: string, options: CallOptions = {}): Promise<void> {
  const answer = await invoke(target, "file:delete/1", [string(path)], options);
  const reason = errorReason(answer);
  if (reason !== undefined && reason !== "enoent") throw new FileError("file:delete/1", path, reason);
}

/**
 * Deletes a file, or a directory with all that is in it (`file:del_dir_r/1`). A symbolic link is deleted, and not what it
 * leads to. What isn't there is no error.
 * @throws FileError where the node can't
 */
export async function deleteTree(target: Target, path: string, options: CallOptions = {}): Promise<void> {
  const answer = await invoke(target, "file:del_dir_r/1", [string(path)], options);
  const reason = errorReason(answer);
  if (reason !== undefined && reason !== "enoent") throw new FileError("file:del_dir_r/1", path, reason);
}

export interface FileInfo {
  readonly type: "regular" | "directory" | "other";
  readonly size: number;
}

/** What each path is (`file:read_file_info/1`, through links), in the order asked; undefined for one that isn't there. */
export async function fileInfos(
  target: Target,
  paths: readonly string[],
  options: CallOptions = {},
): Promise<(FileInfo | undefined)[]> {
  const outcomes = await askEach(
    target,
    "file:read_file_info/1",
    paths.map((path) => [string(path)]),
    options,
  );
  return outcomes.map((outcome) => {
    const info = outcome.kind === "returned" ? tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1]) : undefined;
    const [, size, type] = info ?? [];
    if (typeof size !== "number") return undefined;
    const known = atomName(type);
    return { size, type: known === "regular" || known === "directory" ? known : "other" };
  });
}

/** The content of a file (`file:read_file/1`); undefined where there is none. @throws FileError where it can't be read */
export async function readFile(
  target: Target,
  path: string,
  options: CallOptions = {},
): Promise<Uint8Array | undefined> {
  const answer = await invoke(target, "file:read_file/1", [string(path)], options);
  const reason = errorReason(answer);
  if (reason === "enoent" || reason === "enotdir") return undefined;
  if (reason !== undefined) throw new FileError("file:read_file/1", path, reason);
  const bytes = bytesOf(taggedTuple(answer, "ok", 2)?.[1]);
  if (bytes === undefined) throw new UnexpectedAnswer("file:read_file/1", answer);
  return bytes;
}
