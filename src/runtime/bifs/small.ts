import { type ErlMap, ErlMap as ErlMapClass, type Term, atom, list, map, string, tuple } from "../../terms/term.js";
import { mapValue } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { startServer } from "../otp/gen-server.js";
import type { BifModule } from "../context.js";
import { raiseError } from "../process/raised.js";
import { ERROR, OK, bool, ok } from "../support/term.js";
import { timestamp } from "./erlang-system.js";

const entriesOf = (term: Term): ErlMap["entries"] =>
  term instanceof ErlMapClass ? term.entries : raiseError(tuple(atom("badmap"), term));

/** Module `os`. */
export const os: BifModule = {
  "timestamp/0": (context) => timestamp(context),
  "getpid/0": () => string(String(process.pid)),
};

/** Module `disksup` of os_mon, which doesn't run here. */
export const disksup: BifModule = {
  "get_disk_data/0": () => list(tuple(string("none"), 0, 0)),
};

/** Module `init`. */
export const init: BifModule = {
  "script_id/0": ({ node }) => tuple(string(node.release.name), string(node.release.vsn)),
  // Whoever runs the node boots it anew.
  "restart/0": ({ node }) => {
    node.halt("init:restart/0 was called");
    return OK;
  },
  "get_argument/1": () => ERROR,
  "get_arguments/0": () => list(),
  "get_plain_arguments/0": () => list(),
  "get_status/0": () => tuple(atom("started"), atom("started")),
  "objfile_extension/0": () => string(".js"),
};

/** Module `maps`, its simplest functions. */
export const maps: BifModule = {
  "get/2": (_context, key, term) => {
    entriesOf(term);
    return mapValue(term, key) ?? raiseError(tuple(atom("badkey"), key));
  },
  "find/2": (_context, key, term) => {
    entriesOf(term);
    const value = mapValue(term, key);
    return value === undefined ? ERROR : ok(value);
  },
  "is_key/2": (_context, key, term) => bool(entriesOf(term).some(([candidate]) => equals(candidate, key))),
  "put/3": (_context, key, value, term) =>
    map([...entriesOf(term).filter(([candidate]) => !equals(candidate, key)), [key, value]]),
  "remove/2": (_context, key, term) => map(entriesOf(term).filter(([candidate]) => !equals(candidate, key))),
  "keys/1": (_context, term) => list(...entriesOf(term).map(([key]) => key)),
  "values/1": (_context, term) => list(...entriesOf(term).map(([, value]) => value)),
  "to_list/1": (_context, term) => list(...entriesOf(term).map(([key, value]) => tuple(key, value))),
  "size/1": (_context, term) => entriesOf(term).length,
  "new/0": () => map([]),
};

/** Module `kernel`: the application that every node runs. Its supervisor has no children here. */
export const kernel: BifModule = {
  "start/2": (context) => {
    const name = tuple(atom("local"), atom("kernel_sup"));
    const args = tuple(name, atom("kernel"), list());
    return startServer(context, { name, module: atom("supervisor"), args, options: list(), link: true });
  },
  "stop/1": () => OK,
  "init/1": () => ok(tuple(tuple(atom("one_for_all"), 0, 1), list())),
};
