import { atom, binary, string, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { askEach } from "./batch.js";
import { bytesOf, hex } from "./decode.js";
import { atomName, keyFind, listElements, taggedTuple, textOf, tupleElements } from "../terms/access.js";
import { invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/** `code` and `erl_prim_loader` of OTP: what is loaded, and files of the node. */

/** The extension of object code on this node, with its dot: `.beam`, or `.js` on the embedded node. */
export async function objectFileExtension(target: Target, options: CallOptions = {}): Promise<string> {
  const answer = await invoke(target, "code:objfile_extension/0", [], options);
  return textOf(answer) ?? ".beam";
}

export async function rootDir(target: Target, options: CallOptions = {}): Promise<string> {
  const answer = await invoke(target, "code:root_dir/0", [], options);
  const directory = textOf(answer);
  if (directory === undefined) throw new UnexpectedAnswer("code:root_dir/0", answer);
  return directory;
}

/** The directory of an application's code, undefined when the code path has none (`{error, bad_name}`). */
export async function libDir(
  target: Target,
  application: string,
  options: CallOptions = {},
): Promise<string | undefined> {
  return textOf(await invoke(target, "code:lib_dir/1", [atom(application)], options));
}

/** The content of a file on the node (`erl_prim_loader:get_file/1`), undefined when it can't be read. */
export async function getFile(
  target: Target,
  file: string,
  options: CallOptions = {},
): Promise<Uint8Array | undefined> {
  const answer = await invoke(target, "erl_prim_loader:get_file/1", [string(file)], options);
  return bytesOf(taggedTuple(answer, "ok", 3)?.[1]);
}

/** The names in a directory on the node, undefined when it can't be read. */
export async function listDir(
  target: Target,
  directory: string,
  options: CallOptions = {},
): Promise<string[] | undefined> {
  const answer = await invoke(target, "erl_prim_loader:list_dir/1", [string(directory)], options);
  const names = listElements(taggedTuple(answer, "ok", 2)?.[1])?.map(textOf);
  return names?.filter((name) => name !== undefined);
}

/** What the node knows of a module's loaded code and of the file it came from. */
export interface LoadedModule {
  readonly module: string;
  /** The file it was loaded from (`code:which/1`); undefined when it isn't loaded, is preloaded or came from nowhere. */
  readonly file: string | undefined;
  /** MD5 of the loaded code, in hexadecimal; undefined when it isn't loaded. */
  readonly md5: string | undefined;
  /** True when an old version of it is still there (`erlang:check_old_code/1`). */
  readonly hasOldCode: boolean;
  /** True when the loaded code exports `code_change/3` or `code_change/4`. */
  readonly exportsCodeChange: boolean;
  /** The vsn attribute of the loaded code; undefined where it has none. */
  readonly vsn: Term | undefined;
}

/** MD5 of the code of each module that is loaded, in hexadecimal, in order; undefined for one that isn't. */
export async function loadedMd5s(
  target: Target,
  modules: readonly string[],
  options: CallOptions = {},
): Promise<(string | undefined)[]> {
  const args = modules.map((module) => [atom(module), atom("md5")]);
  const digests = await askEach(target, "erlang:get_module_info/2", args, options);
  return digests.map((digest) => {
    const bytes = digest.kind === "returned" ? bytesOf(digest.value) : undefined;
    return bytes === undefined ? undefined : hex(bytes);
  });
}

/** Facts of loaded modules, in the order asked, in five round trips however many they are. */
export async function loadedModules(
  target: Target,
  modules: readonly string[],
  options: CallOptions = {},
): Promise<LoadedModule[]> {
  const args = modules.map((module) => [atom(module)]);
  const infoOf = (item: string): Promise<Outcome[]> =>
    askEach(
      target,
      "erlang:get_module_info/2",
      modules.map((module) => [atom(module), atom(item)]),
      options,
    );
  const [files, digests, old, exports, attributes] = await Promise.all([
    askEach(target, "code:which/1", args, options),
    loadedMd5s(target, modules, options),
    askEach(target, "erlang:check_old_code/1", args, options),
    infoOf("exports"),
    infoOf("attributes"),
  ]);
  return modules.map((module, index) => {
    const file = files[index]!;
    const hasOld = old[index]!;
    const exported = exports[index]!;
    const declared = attributes[index]!;
    return {
      module,
      file: file.kind === "returned" ? textOf(file.value) : undefined,
      md5: digests[index],
      hasOldCode: hasOld.kind === "returned" && atomName(hasOld.value) === "true",
      exportsCodeChange: exported.kind === "returned" && exportsCodeChange(exported.value),
      vsn: declared.kind === "returned" ? vsnAttribute(declared.value) : undefined,
    };
  });
}

/** The vsn among attributes, `[{vsn, [Vsn]}, ...]`: the one element of it, unless it is a string. */
function vsnAttribute(attributes: Term): Term | undefined {
  const vsn = keyFind(attributes, "vsn");
  return vsn === undefined ? undefined : singleVsn(vsn);
}

/** `[Vsn]` as `release_handler_1:get_vsn/1` reads it: a string stays whole, of any other list the one element is taken. */
export function singleVsn(vsn: Term): Term {
  const elements = listElements(vsn);
  const isString = elements?.every((code) => typeof code === "number" && code >= 32 && code <= 255) === true;
  return !isString && elements?.length === 1 ? elements[0]! : vsn;
}

export function exportsCodeChange(exports: Term): boolean {
  return (listElements(exports) ?? []).some((each) => {
    const [name, arity] = tupleElements(each, 2) ?? [];
    return atomName(name) === "code_change" && (arity === 3 || arity === 4);
  });
}

/** Loads object code by value. Gives undefined, or the reason for which the node refused it. */
export async function loadBinary(
  target: Target,
  module: string,
  file: string,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<Term | undefined> {
  const answer = await invoke(target, "code:load_binary/3", [atom(module), string(file), binary(code)], options);
  if (taggedTuple(answer, "module", 2) !== undefined) return undefined;
  return taggedTuple(answer, "error", 2)?.[1] ?? answer;
}

/** Removes old code; true unless a process still runs it (`code:soft_purge/1`). */
export async function softPurge(target: Target, module: string, options: CallOptions = {}): Promise<boolean> {
  return atomName(await invoke(target, "code:soft_purge/1", [atom(module)], options)) === "true";
}

/** Removes old code and kills every process that runs it; true when there was such a process (`code:purge/1`). */
export async function purge(target: Target, module: string, options: CallOptions = {}): Promise<boolean> {
  return atomName(await invoke(target, "code:purge/1", [atom(module)], options)) === "true";
}

/** Makes current code old; false when there is old code already (`code:delete/1`). */
export async function deleteModule(target: Target, module: string, options: CallOptions = {}): Promise<boolean> {
  return atomName(await invoke(target, "code:delete/1", [atom(module)], options)) === "true";
}

/** Puts an application's directory in the place of its old one in the code path. True when it went well. */
export async function replacePath(
  target: Target,
  application: string,
  directory: string,
  options: CallOptions = {},
): Promise<boolean> {
  const answer = await invoke(target, "code:replace_path/2", [atom(application), string(directory)], options);
  return atomName(answer) === "true";
}
