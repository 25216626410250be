import { Atom, List, type Pid, Reference, type Term, Tuple, atom, list } from "../../terms/term.js";
import { compareTerms } from "../../terms/order.js";
import type { BifModule, Context } from "../context.js";
import { badarg } from "../process/raised.js";
import { TRUE, UNDEFINED, at, bool, elementsOf, isNamed, keyOf, refKey } from "../support/term.js";

/** A table whose objects have one key each. It is gone with its owner. */
interface Table {
  readonly owner: Pid;
  readonly type: Atom;
  readonly isPublic: boolean;
  readonly objects: Map<string, Tuple>;
}

/** The tables of a node, by the reference they are known by. */
export type Tables = Map<string, Table>;

function findTable({ node }: Context, reference: Term): Table | undefined {
  return node.tables.get(reference instanceof Reference ? refKey(reference) : badarg());
}

function tableOf(context: Context, reference: Term, access: "read" | "write" = "read"): Table {
  const { self } = context;
  const table = findTable(context, reference) ?? badarg();
  if (access === "write" && !table.isPublic && keyOf(table.owner) !== keyOf(self.pid)) return badarg();
  return table;
}

/** Key position 1, the default of `ets:new/2`. */
function keyed(object: Term): [string, Tuple] {
  if (!(object instanceof Tuple) || object.arity === 0) return badarg();
  return [keyOf(at(object, 0)), object];
}

/** In the order of keys for `ordered_set`; in no order that counts else. */
function objectsOf({ type, objects }: Table): Tuple[] {
  const all = [...objects.values()];
  return type.name === "ordered_set" ? all.sort((a, b) => compareTerms(at(a, 0), at(b, 0))) : all;
}

/** What a match pattern's variables (`'$1'`, `'$2'`, in order) stand for in an object; undefined where it doesn't match. */
function matched(pattern: Term, object: Term): Term[] | undefined {
  const found = new Map<number, Term>();
  const matches = (part: Term, value: Term): boolean => {
    if (isNamed(part, "_")) return true;
    const variable = part instanceof Atom ? /^\$(\d+)$/.exec(part.name)?.[1] : undefined;
    if (variable !== undefined) {
      const known = found.get(Number(variable));
      found.set(Number(variable), value);
      return known === undefined || keyOf(known) === keyOf(value);
    }
    if (part instanceof Tuple) {
      return (
        value instanceof Tuple &&
        value.arity === part.arity &&
        part.elements.every((each, index) => matches(each, at(value, index)))
      );
    }
    if (part instanceof List && value instanceof List && part.tail === undefined && value.tail === undefined) {
      return (
        part.elements.length === value.elements.length &&
        part.elements.every((each, index) => matches(each, value.elements[index]!))
      );
    }
    return keyOf(part) === keyOf(value);
  };
  if (!matches(pattern, object)) return undefined;
  return [...found].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** Module `ets`: tables of the types `set` and `ordered_set`, as far as calls from outside use them. */
export const ets: BifModule = {
  "new/2": ({ node, self }, name, options) => {
    const given = elementsOf(options);
    if (!(name instanceof Atom) || given === undefined) return badarg();
    const reference = node.processes.makeRef();
    self.exitCallbacks.push(() => {
      node.tables.delete(refKey(reference));
    });
    node.tables.set(refKey(reference), {
      owner: self.pid,
      type: atom(given.some((option) => isNamed(option, "ordered_set")) ? "ordered_set" : "set"),
      isPublic: given.some((option) => isNamed(option, "public")),
      objects: new Map(),
    });
    return reference;
  },
  "insert/2": (context, reference, objects) => {
    const { objects: kept } = tableOf(context, reference, "write");
    for (const [key, object] of (elementsOf(objects) ?? [objects]).map(keyed)) kept.set(key, object);
    return TRUE;
  },
  "lookup/2": (context, reference, key) => {
    const object = tableOf(context, reference).objects.get(keyOf(key));
    return object === undefined ? list() : list(object);
  },
  "lookup_element/3": (context, reference, key, position) => {
    const object = tableOf(context, reference).objects.get(keyOf(key));
    return (typeof position === "number" ? object?.elements[position - 1] : undefined) ?? badarg();
  },
  "member/2": (context, reference, key) => bool(tableOf(context, reference).objects.has(keyOf(key))),
  "match/2": (context, reference, pattern) =>
    list(
      ...objectsOf(tableOf(context, reference)).flatMap((object) => {
        const variables = matched(pattern, object);
        return variables === undefined ? [] : [list(...variables)];
      }),
    ),
  "tab2list/1": (context, reference) => list(...objectsOf(tableOf(context, reference))),
  "delete/1": (context, reference) => {
    tableOf(context, reference, "write");
    context.node.tables.delete(refKey(reference as Reference));
    return TRUE;
  },
  "delete/2": (context, reference, key) => {
    tableOf(context, reference, "write").objects.delete(keyOf(key));
    return TRUE;
  },
  "info/2": (context, reference, item) => {
    const table = findTable(context, reference);
    if (table === undefined) return UNDEFINED;
    if (isNamed(item, "size")) return table.objects.size;
    if (isNamed(item, "owner")) return table.owner;
    // JavaScript doesn't tell what an object takes.
    return isNamed(item, "memory") ? 0 : badarg();
  },
};
