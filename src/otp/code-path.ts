import { atomName, listElements, taggedTuple, textOf, tupleElements } from "../terms/access.js";
import { atom, string, type Term } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { askEach } from "./batch.js";
import { invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/** `code` of OTP, where it is about the path, and about all modules at once. */

/** The directories of the code path, in the order they are searched (`code:get_path/0`). */
export async function codePath(target: Target, options: CallOptions = {}): Promise<string[]> {
  const answer = await invoke(target, "code:get_path/0", [], options);
  const directories = listElements(answer)?.map(textOf);
  if (directories === undefined) throw new UnexpectedAnswer("code:get_path/0", answer);
  return directories.filter((directory) => directory !== undefined);
}

/** Whether code is loaded on demand or all of it at the start (`code:get_mode/0`). */
export async function codeMode(target: Target, options: CallOptions = {}): Promise<"interactive" | "embedded"> {
  return atomName(await invoke(target, "code:get_mode/0", [], options)) === "embedded" ? "embedded" : "interactive";
}

/** The names in each directory (`erl_prim_loader:list_dir/1`), in order; undefined for one that can't be listed. */
export async function listDirectories(
  target: Target,
  directories: readonly string[],
  options: CallOptions = {},
): Promise<(string[] | undefined)[]> {
  const args = directories.map((directory) => [string(directory)]);
  const outcomes = await askEach(target, "erl_prim_loader:list_dir/1", args, options);
  return outcomes.map((outcome) => {
    const names = outcome.kind === "returned" ? taggedTuple(outcome.value, "ok", 2)?.[1] : undefined;
    return listElements(names)?.flatMap((name) => textOf(name) ?? []);
  });
}

/** Where a module was loaded from: a file, `preloaded`, or nowhere. */
export type Origin = { readonly file: string } | "preloaded" | undefined;

/** Every module that is loaded, with where from (`code:all_loaded/0`). */
export async function allLoaded(target: Target, options: CallOptions = {}): Promise<Map<string, Origin>> {
  const answer = await invoke(target, "code:all_loaded/0", [], options);
  const loaded = (listElements(answer) ?? []).map((each) => {
    const [module, from] = tupleElements(each, 2) ?? [];
    return [atomName(module) ?? "", originOf(from)] as const;
  });
  return new Map(loaded);
}

function originOf(from: Term | undefined): Origin {
  if (atomName(from) === "preloaded") return "preloaded";
  const file = textOf(from);
  return file === undefined || file === "" ? undefined : { file };
}

/** Of the modules those that have old code (`erlang:check_old_code/1`). */
export async function modulesWithOldCode(
  target: Target,
  modules: readonly string[],
  options: CallOptions = {},
): Promise<string[]> {
  return await modulesWhere(target, "erlang:check_old_code/1", modules, options);
}

/** Of the modules those in a directory that is sticky: the code server refuses to load others (`code:is_sticky/1`). */
export async function stickyModules(
  target: Target,
  modules: readonly string[],
  options: CallOptions = {},
): Promise<string[]> {
  return await modulesWhere(target, "code:is_sticky/1", modules, options);
}

async function modulesWhere(
  target: Target,
  called: "erlang:check_old_code/1" | "code:is_sticky/1",
  modules: readonly string[],
  options: CallOptions,
): Promise<string[]> {
  const args = modules.map((module) => [atom(module)]);
  const outcomes = await askEach(target, called, args, options);
  return modules.filter((_, index) => {
    const outcome = outcomes[index]!;
    return outcome.kind === "returned" && atomName(outcome.value) === "true";
  });
}

/** The functions that each loaded module exports, as `name/arity`, in order; none for one that isn't loaded. */
export async function exportsOf(
  target: Target,
  modules: readonly string[],
  options: CallOptions = {},
): Promise<ReadonlySet<string>[]> {
  const args = modules.map((module) => [atom(module), atom("exports")]);
  const outcomes = await askEach(target, "erlang:get_module_info/2", args, options);
  return outcomes.map((outcome) => {
    const exported = outcome.kind === "returned" ? listElements(outcome.value) : undefined;
    return new Set(
      exported?.map((each) => {
        const [name, arity] = tupleElements(each, 2) ?? [];
        return `${atomName(name)}/${Number(arity)}`;
      }),
    );
  });
}
