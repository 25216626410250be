import { Atom, Bitstring, type Term, atom, binary, string, tuple } from "../../terms/term.js";
import { OBJECT_CODE_EXTENSION } from "../code/code-path.js";
import type { BifModule, Context } from "../context.js";
import type { ObjectCodeInfo } from "../code/object-code.js";
import { badarg } from "../process/raised.js";
import { nameText, ok } from "../support/term.js";

/** `{error, beam_lib, Reason}`. */
class Unreadable {
  readonly reason: Term;
  constructor(reason: Term) {
    this.reason = reason;
  }
}

/** Reads object code given as beam_lib takes it: a binary, or a file name with or without its ending. */
function read({ node }: Context, object: Term): ObjectCodeInfo | Unreadable {
  if (object instanceof Bitstring) {
    const info = node.objectCode.inspect(object.bytes);
    return info ?? new Unreadable(tuple(atom("not_a_beam_file"), object));
  }
  const name = nameText(object) ?? badarg();
  const file = object instanceof Atom || !name.endsWith(OBJECT_CODE_EXTENSION) ? name + OBJECT_CODE_EXTENSION : name;
  const bytes = node.objectCode.readFile(file);
  if (bytes === undefined) return new Unreadable(tuple(atom("file_error"), string(file), atom("enoent")));
  return node.objectCode.inspect(bytes) ?? new Unreadable(tuple(atom("not_a_beam_file"), string(file)));
}

const about = (value: (info: ObjectCodeInfo) => Term) => (context: Context, object: Term) => {
  const info = read(context, object);
  if (info instanceof Unreadable) return tuple(atom("error"), atom("beam_lib"), info.reason);
  return ok(tuple(atom(info.module), value(info)));
};

/** Module `beam_lib`, on this node's object code. */
export const beamLib: BifModule = {
  "version/1": about(({ vsn }) => vsn),
  "md5/1": about(({ md5 }) => binary(md5)),
};
