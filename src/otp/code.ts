import { atom, binary, list, string, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { attemptEach } from "./batch.js";
import { bytesOf, hex } from "./decode.js";
import { atomName, listElements, taggedTuple, textOf, tupleElements } from "../terms/access.js";
import { attempt, invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/** `code`, `erl_prim_loader` and `beam_lib` of OTP: what is loaded, and object code. */

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
  const digests = await attemptEach(target, "erlang:get_module_info/2", args, options);
  return digests.map((digest) => {
    const bytes = digest.kind === "returned" ? bytesOf(digest.value) : undefined;
    return bytes === undefined ? undefined : hex(bytes);
  });
}

/** True when an old version of the module is still there (`erlang:check_old_code/1`). */
export async function hasOldCode(target: Target, module: string, options: CallOptions = {}): Promise<boolean> {
  return atomName(await invoke(target, "erlang:check_old_code/1", [atom(module)], options)) === "true";
}

/** Facts of loaded modules, in the order asked, in five round trips however many they are. */
export async function loadedModules(
  target: Target,
  modules: readonly string[],
  options: CallOptions = {},
): Promise<LoadedModule[]> {
  const args = modules.map((module) => [atom(module)]);
  const infoOf = (item: string): Promise<Outcome[]> =>
    attemptEach(
      target,
      "erlang:get_module_info/2",
      modules.map((module) => [atom(module), atom(item)]),
      options,
    );
  const [files, digests, old, exports, attributes] = await Promise.all([
    attemptEach(target, "code:which/1", args, options),
    loadedMd5s(target, modules, options),
    attemptEach(target, "erlang:check_old_code/1", args, options),
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
  const found = listElements(attributes)?.find((each) => atomName(tupleElements(each, 2)?.[0]) === "vsn");
  const vsn = tupleElements(found, 2)?.[1];
  return vsn === undefined ? undefined : singleVsn(vsn);
}

/** `[Vsn]` as `release_handler_1:get_vsn/1` reads it: a string stays whole, of any other list the one element is taken. */
function singleVsn(vsn: Term): Term {
  const elements = listElements(vsn);
  const isString = elements?.every((code) => typeof code === "number" && code >= 32 && code <= 255) === true;
  return !isString && elements?.length === 1 ? elements[0]! : vsn;
}

function exportsCodeChange(exports: Term): boolean {
  return (listElements(exports) ?? []).some((each) => {
    const [name, arity] = tupleElements(each, 2) ?? [];
    return atomName(name) === "code_change" && (arity === 3 || arity === 4);
  });
}

/**
 * The version that object code says of itself, as `release_handler_1:get_vsn/1` reads it for code_change: the `vsn`
 * attribute, the one element of it where it is not a string, the MD5 as an integer where the source names none.
 */
export async function objectCodeVsn(target: Target, code: Uint8Array, options: CallOptions = {}): Promise<Term> {
  const answer = await invoke(target, "beam_lib:version/1", [binary(code)], options);
  const vsn = tupleElements(taggedTuple(answer, "ok", 2)?.[1], 2)?.[1];
  if (vsn === undefined) throw new UnexpectedAnswer("beam_lib:version/1", answer);
  return singleVsn(vsn);
}

/** The MD5 of object code (`beam_lib:md5/1`), in hexadecimal; undefined where it is no object code. */
export async function objectCodeMd5(
  target: Target,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<string | undefined> {
  const outcome = await attempt(target, "beam_lib:md5/1", [binary(code)], options);
  if (outcome.kind !== "returned") return undefined;
  const bytes = bytesOf(tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1], 2)?.[1]);
  return bytes === undefined ? undefined : hex(bytes);
}

/** The module that object code is, and its MD5 in hexadecimal (`beam_lib:md5/1`); undefined where it is no object code. */
export async function objectCodeIdentity(
  target: Target,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<{ readonly module: string; readonly md5: string } | undefined> {
  const outcome = await attempt(target, "beam_lib:md5/1", [binary(code)], options);
  if (outcome.kind !== "returned") return undefined;
  const [module, md5] = tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1], 2) ?? [];
  const [name, bytes] = [atomName(module), bytesOf(md5)];
  return name === undefined || bytes === undefined ? undefined : { module: name, md5: hex(bytes) };
}

/** True when object code exports `code_change/3` or `code_change/4`; undefined where it is no object code. */
export async function objectCodeExportsCodeChange(
  target: Target,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<boolean | undefined> {
  const outcome = await attempt(target, "beam_lib:chunks/2", [binary(code), list(atom("exports"))], options);
  if (outcome.kind !== "returned") return undefined;
  const chunks = listElements(tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1], 2)?.[1]);
  const exports = taggedTuple(chunks?.[0], "exports", 2)?.[1];
  return exports === undefined ? undefined : exportsCodeChange(exports);
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
