import { Atom, Bitstring, List, type Term, atom, binary, list, string, tuple } from "../../terms/term.js";
import { OBJECT_CODE_EXTENSION, type PathError } from "../code/code-path.js";
import type { BifModule, Context } from "../context.js";
import { badarg, raiseError } from "../process/raised.js";
import { ERROR, FALSE, TRUE, bool, elementsOf, error, nameText } from "../support/term.js";

const NON_EXISTING = atom("non_existing");
const PRELOADED = atom("preloaded");

const name = (module: Term): string => (module instanceof Atom ? module.name : badarg());
const text = (term: Term): string => nameText(term) ?? badarg();
const pathResult = (failed: PathError | undefined): Term => (failed === undefined ? TRUE : error(atom(failed)));

/** Module `code`: the code server and its path. */
export const code: BifModule = {
  "load_binary/3": (context, module, file, object) => {
    if (!(file instanceof List) && !(file instanceof Atom)) return raiseError("function_clause");
    if (!(object instanceof Bitstring) || nameText(file) === undefined) return error(atom("badarg"));
    const { node } = context;
    if (node.code.current(name(module)) !== undefined) node.code.purge(name(module));
    return load(context, name(module), text(file), object.bytes);
  },
  "load_file/1": (context, module) => loadFromPath(context, name(module)),
  "load_abs/1": (context, file) => {
    const path = text(file) + OBJECT_CODE_EXTENSION;
    const bytes = context.node.files.readFile(path);
    if (bytes === undefined) return error(atom("nofile"));
    return load(context, path.slice(path.lastIndexOf("/") + 1, -OBJECT_CODE_EXTENSION.length), path, bytes);
  },
  "ensure_loaded/1": (context, module) => {
    const { node } = context;
    if (node.builtIn.has(name(module)) || node.code.current(name(module)) !== undefined) return loaded(name(module));
    return loadFromPath(context, name(module));
  },
  "purge/1": ({ node }, module) => bool(node.code.purge(name(module))),
  "soft_purge/1": ({ node }, module) => bool(node.code.softPurge(name(module))),
  "delete/1": ({ node }, module) => bool(node.code.delete(name(module)) === true),
  "is_loaded/1": ({ node }, module) => {
    const found = fileOf({ node }, name(module));
    return found === undefined ? FALSE : tuple(atom("file"), found);
  },
  "which/1": ({ node }, module) => {
    const found = fileOf({ node }, name(module));
    if (found !== undefined) return found;
    const file = node.path.find(name(module) + OBJECT_CODE_EXTENSION);
    return file === undefined ? NON_EXISTING : string(file);
  },
  "all_loaded/0": ({ node }) =>
    list(
      ...node.code.loaded.map((version) => tuple(version.name, string(version.file))),
      ...[...node.builtIn.keys()].map((module) => tuple(atom(module), PRELOADED)),
    ),
  "get_object_code/1": ({ node }, module) => {
    const file = node.path.find(name(module) + OBJECT_CODE_EXTENSION);
    const bytes = file === undefined ? undefined : node.objectCode.readFile(file);
    return file === undefined || bytes === undefined ? ERROR : tuple(module, binary(bytes), string(file));
  },
  "module_md5/1": ({ node }, object) => {
    if (!(object instanceof Bitstring)) return badarg();
    const info = node.objectCode.inspect(object.bytes);
    return info === undefined ? atom("undefined") : binary(info.md5);
  },
  "objfile_extension/0": () => string(OBJECT_CODE_EXTENSION),
  "is_sticky/1": ({ node }, module) => bool(node.builtIn.has(name(module))),
  "get_mode/0": () => atom("interactive"),
  "root_dir/0": ({ node }) => string(node.root),
  "lib_dir/0": ({ node }) => string(`${node.root}/lib`),
  "lib_dir/1": ({ node }, application) => {
    const found = node.path.libraryOf(text(application));
    return found === undefined ? error(atom("bad_name")) : string(found);
  },
  "lib_dir/2": ({ node }, application, sub) => {
    const found = node.path.libraryOf(text(application));
    return found === undefined ? error(atom("bad_name")) : string(`${found}/${text(sub)}`);
  },
  "priv_dir/1": ({ node }, application) => {
    const found = node.path.libraryOf(text(application));
    return found === undefined ? error(atom("bad_name")) : string(`${found}/priv`);
  },
  "get_path/0": ({ node }) => list(...node.path.directories.map(string)),
  "add_path/1": ({ node }, directory) => pathResult(node.path.add(text(directory), "last")),
  "add_pathz/1": ({ node }, directory) => pathResult(node.path.add(text(directory), "last")),
  "add_patha/1": ({ node }, directory) => pathResult(node.path.add(text(directory), "first")),
  "add_pathsz/1": ({ node }, directories) => addAll({ node }, directories, "last"),
  "add_pathsa/1": ({ node }, directories) => addAll({ node }, directories, "first"),
  "del_path/1": ({ node }, directory) => bool(node.path.delete(text(directory))),
  "replace_path/2": ({ node }, application, directory) =>
    pathResult(node.path.replace(text(application), text(directory))),
  "where_is_file/1": ({ node }, file) => {
    const found = node.path.find(text(file));
    return found === undefined ? NON_EXISTING : string(found);
  },
};

/** Where a module's code came from: a file, or `preloaded` for what is part of the runtime. */
function fileOf({ node }: Pick<Context, "node">, module: string): Term | undefined {
  if (node.builtIn.has(module)) return PRELOADED;
  const version = node.code.current(module);
  return version === undefined ? undefined : string(version.file);
}

const loaded = (module: string): Term => tuple(atom("module"), atom(module));

function load({ node }: Context, module: string, file: string, bytes: Uint8Array): Term {
  const failed = node.builtIn.has(module) ? "sticky_directory" : node.code.load(module, file, bytes);
  if (failed === undefined) return loaded(module);
  const message = `Loading of ${file} failed: ${failed}`;
  node.emit({ kind: "log", level: "error", pid: undefined, message });
  return error(atom(failed));
}

function loadFromPath(context: Context, module: string): Term {
  const file = context.node.path.find(module + OBJECT_CODE_EXTENSION);
  const bytes = file === undefined ? undefined : context.node.files.readFile(file);
  if (file === undefined || bytes === undefined) return error(atom("nofile"));
  return load(context, module, file, bytes);
}

function addAll({ node }: Pick<Context, "node">, directories: Term, where: "first" | "last"): Term {
  const items = directories instanceof List ? elementsOf(directories) : undefined;
  for (const directory of where === "first" ? [...(items ?? badarg())].reverse() : (items ?? badarg())) {
    node.path.add(text(directory), where);
  }
  return atom("ok");
}
