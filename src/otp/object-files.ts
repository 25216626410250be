import type { Outcome, Target } from "../target/target.js";
import { atomName, listElements, taggedTuple, tupleElements } from "../terms/access.js";
import { string, type Term } from "../terms/term.js";
import { askEach } from "./batch.js";
import { singleVsn } from "./code.js";
import { bytesOf, hex } from "./decode.js";
import { invoke, type CallOptions } from "./invoke.js";

/** The names of all modules that are loaded (`code:all_loaded/0`). */
export async function loadedModuleNames(target: Target, options: CallOptions = {}): Promise<string[]> {
  const answer = await invoke(target, "code:all_loaded/0", [], options);
  return (listElements(answer) ?? []).flatMap((each) => atomName(tupleElements(each, 2)?.[0]) ?? []);
}

/** What the object code in a file says of itself. */
export interface ObjectFile {
  /** In hexadecimal; undefined where the file can't be read, or holds no object code. */
  readonly md5: string | undefined;
  /** As code_change gets it; undefined where it has none. */
  readonly vsn: Term | undefined;
}

/**
 * Reads the MD5 and the version of the object code in each file on the node (`beam_lib:md5/1`, `beam_lib:version/1`), in
 * order, in two round trips however many they are; no code crosses the wire.
 */
export async function objectFiles(
  target: Target,
  files: readonly string[],
  options: CallOptions = {},
): Promise<ObjectFile[]> {
  const args = files.map((file) => [string(file)]);
  const [digests, versions] = await Promise.all([
    objectFileMd5s(target, files, options),
    askEach(target, "beam_lib:version/1", args, options),
  ]);
  return digests.map((md5, index) => {
    const vsn = answerOf(versions[index]!);
    return { md5, vsn: vsn === undefined ? undefined : singleVsn(vsn) };
  });
}

/**
 * The MD5 of the object code in each file on the node (`beam_lib:md5/1`), in hexadecimal, in order; undefined for a file
 * that can't be read, or holds none.
 */
export async function objectFileMd5s(
  target: Target,
  files: readonly string[],
  options: CallOptions = {},
): Promise<(string | undefined)[]> {
  const args = files.map((file) => [string(file)]);
  const digests = await askEach(target, "beam_lib:md5/1", args, options);
  return digests.map((digest) => {
    const md5 = bytesOf(answerOf(digest));
    return md5 === undefined ? undefined : hex(md5);
  });
}

/** The second part of `{ok, {Module, Answer}}`. */
function answerOf(outcome: Outcome): Term | undefined {
  if (outcome.kind !== "returned") return undefined;
  return tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1], 2)?.[1];
}
