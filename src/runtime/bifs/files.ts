import { type Term, atom, binary, list, string, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { badarg } from "../process/raised.js";
import { ERROR, error, nameText, ok } from "../support/term.js";

const text = (term: Term): string => nameText(term) ?? badarg();

function fileInfo({ node }: Context, path: string): Term | undefined {
  const info = node.files.stat(path);
  if (info === undefined) return undefined;
  const date = new Date(info.modifiedMs);
  const day = tuple(date.getFullYear(), date.getMonth() + 1, date.getDate());
  const time = tuple(day, tuple(date.getHours(), date.getMinutes(), date.getSeconds()));
  const mode = info.type === "directory" ? 0o40755 : 0o100644;
  const rest: Term[] = [mode, 1, 0, 0, 0, 0, 0];
  return tuple(atom("file_info"), info.size, atom(info.type), atom("read_write"), time, time, time, ...rest);
}

/** Module `erl_prim_loader`: how the code server and the release handler read files. */
export const erlPrimLoader: BifModule = {
  "get_file/1": ({ node }, file) => {
    const path = text(file);
    const bytes = node.objectCode.readFile(path);
    return bytes === undefined ? ERROR : tuple(atom("ok"), binary(bytes), string(path));
  },
  "list_dir/1": ({ node }, directory) => {
    const names = node.files.listDirectory(text(directory));
    return names === undefined ? ERROR : ok(list(...names.map(string)));
  },
  "read_file_info/1": (context, file) => {
    const info = fileInfo(context, text(file));
    return info === undefined ? ERROR : ok(info);
  },
};

/** Module `file`, as far as reading goes. */
export const file: BifModule = {
  "read_file/1": ({ node }, name) => {
    const bytes = node.files.readFile(text(name));
    return bytes === undefined ? error(atom("enoent")) : ok(binary(bytes));
  },
  "list_dir/1": ({ node }, directory) => {
    const names = node.files.listDirectory(text(directory));
    return names === undefined ? error(atom("enoent")) : ok(list(...names.map(string)));
  },
  "read_file_info/1": (context, name) => {
    const info = fileInfo(context, text(name));
    return info === undefined ? error(atom("enoent")) : ok(info);
  },
};
