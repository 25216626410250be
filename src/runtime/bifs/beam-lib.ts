import { Atom, Bitstring, type Term, atom, binary, list, string, tuple } from "../../terms/term.js";
import { compareTerms } from "../../terms/order.js";
import { OBJECT_CODE_EXTENSION } from "../code/code-path.js";
import type { BifModule, Context } from "../context.js";
import type { ObjectCodeInfo } from "../code/object-code.js";
import { badarg } from "../process/raised.js";
import { elementsOf, isNamed, nameText, ok } from "../support/term.js";

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
  if (info instanceof Unreadable) return failure(info.reason);
  return ok(tuple(atom(info.module), value(info)));
};

/** `beam_lib:chunks/2`, for the chunks that JavaScript has: `exports` and `attributes`. */
function chunk({ exported, attributes }: ObjectCodeInfo, name: Term): Term | undefined {
  if (isNamed(name, "exports")) {
    return tuple(name, sorted(exported.map(([fun, arity]) => tuple(atom(fun), arity))));
  }
  if (isNamed(name, "attributes")) {
    return tuple(name, sorted(attributes.map(([key, value]) => tuple(atom(key), value))));
  }
  return undefined;
}

const sorted = (terms: readonly Term[]): Term => list(...[...terms].sort(compareTerms));

function chunks(context: Context, object: Term, names: Term): Term {
  const info = read(context, object);
  if (info instanceof Unreadable) return failure(info.reason);
  const found: Term[] = [];
  for (const name of elementsOf(names) ?? badarg()) {
    const data = chunk(info, name);
    if (data === undefined) {
      return failure(tuple(atom(name instanceof Atom ? "unknown_chunk" : "missing_chunk"), object, name));
    }
    found.push(data);
  }
  return ok(tuple(atom(info.module), list(...found)));
}

const failure = (reason: Term): Term => tuple(atom("error"), atom("beam_lib"), reason);

/** Module `beam_lib`, on this node's object code. */
export const beamLib: BifModule = {
  "version/1": about(({ vsn }) => vsn),
  "chunks/2": chunks,
  "md5/1": about(({ md5 }) => binary(md5)),
};
