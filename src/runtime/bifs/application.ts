import { Atom, Pid, type Term, type Tuple, atom, list, tuple } from "../../terms/term.js";
import { askController } from "../application/controller.js";
import { KEYS, type ApplicationTable } from "../application/table.js";
import type { BifModule, Context } from "../context.js";
import { badarg, raiseError } from "../process/raised.js";
import { OK, UNDEFINED, at, error, isTagged, ok, timeoutOf } from "../support/term.js";

const name = (term: Term): string => (term instanceof Atom ? term.name : badarg());

/** Module `application`. */
export const application: BifModule = {
  "which_applications/0": (context) => askController(context, atom("which_applications"), 5_000),
  "which_applications/1": (context, timeout) =>
    askController(context, atom("which_applications"), timeoutOf(timeout) ?? raiseError("function_clause")),
  "loaded_applications/0": ({ node }) =>
    list(...[...node.applications.loaded.keys()].map((loaded) => node.applications.entry(loaded))),
  "info/0": ({ node }) => info(node.applications),
  "load/1": (context, app) => askController(context, tuple(atom("load_application"), app)),
  "unload/1": (context, app) => askController(context, tuple(atom("unload_application"), app)),
  "start/1": (context, app) => start(context, app, atom("temporary")),
  "start/2": start,
  "stop/1": (context, app) => askController(context, tuple(atom("stop_application"), app)),
  "ensure_started/1": (context, app) => ensureStarted(context, app, atom("temporary")),
  "ensure_started/2": ensureStarted,
  "ensure_loaded/1": async (context, app) => {
    const result = await askController(context, tuple(atom("load_application"), app));
    return isAlready(result, "already_loaded") ? OK : result;
  },
  "ensure_all_started/1": (context, app) => ensureAll(context, app, atom("temporary")),
  "ensure_all_started/2": ensureAll,
  "get_env/1": ({ node, self }, key) => {
    const mine = node.applications.ofMaster(self.groupLeader);
    return mine === undefined ? UNDEFINED : node.applications.getEnv(mine, name(key));
  },
  "get_env/2": ({ node }, app, key) => node.applications.getEnv(name(app), name(key)),
  "get_env/3": ({ node }, app, key, otherwise) => {
    const found = node.applications.getEnv(name(app), name(key));
    return isTagged(found, "ok", 2) ? at(found, 1) : otherwise;
  },
  "get_all_env/0": ({ node, self }) => node.applications.allEnv(node.applications.ofMaster(self.groupLeader) ?? ""),
  "get_all_env/1": ({ node }, app) => node.applications.allEnv(name(app)),
  "set_env/1": (context, config) => askController(context, tuple(atom("set_env"), config)),
  "set_env/2": (context, config) => askController(context, tuple(atom("set_env"), config)),
  "set_env/3": (context, app, key, value) => askController(context, tuple(atom("set_env"), app, key, value)),
  "set_env/4": (context, app, key, value) => askController(context, tuple(atom("set_env"), app, key, value)),
  "unset_env/2": (context, app, key) => askController(context, tuple(atom("unset_env"), app, key)),
  "get_key/1": (context, key) => {
    const mine = context.node.applications.ofMaster(context.self.groupLeader);
    return mine === undefined ? UNDEFINED : getKey(context, mine, key);
  },
  "get_key/2": (context, app, key) => getKey(context, name(app), key),
  "get_all_key/1": ({ node }, app) => {
    const spec = node.applications.loaded.get(name(app));
    if (spec === undefined) return UNDEFINED;
    return ok(list(...KEYS.map((key) => tuple(atom(key), node.applications.key(spec, key)!))));
  },
  "get_application/0": ({ node, self }) => applicationOf(node.applications.ofMaster(self.groupLeader)),
  "get_application/1": ({ node }, term) => {
    if (term instanceof Pid) {
      const process = node.processes.find(term);
      return applicationOf(process && node.applications.ofMaster(process.groupLeader));
    }
    const module = name(term);
    const owner = [...node.applications.loaded.values()].find(({ modules }) => modules.includes(module));
    return applicationOf(owner?.name);
  },
};

const applicationOf = (found: string | undefined): Term => (found === undefined ? UNDEFINED : ok(atom(found)));

export function getKey({ node }: Context, app: string, key: Term): Term {
  const spec = node.applications.loaded.get(app);
  const value = spec === undefined ? undefined : node.applications.key(spec, name(key));
  return value === undefined ? UNDEFINED : ok(value);
}

const isAlready = (result: Term, tag: string): boolean =>
  isTagged(result, "error", 2) && isTagged(at(result, 1), tag, 2);

/** `application:start/2`: loads the application first when it isn't. */
async function start(context: Context, app: Term, type: Term): Promise<Term> {
  const loaded = await askController(context, tuple(atom("load_application"), app));
  if (loaded !== OK && !isAlready(loaded, "already_loaded")) return loaded;
  const started = app instanceof Atom ? app : at(app as Tuple, 1);
  return await askController(context, tuple(atom("start_application"), started, type));
}

async function ensureStarted(context: Context, app: Term, type: Term): Promise<Term> {
  const result = await start(context, app, type);
  return isAlready(result, "already_started") ? OK : result;
}

/**
 * `application:ensure_all_started/2`: the application and all it needs; gives those that weren't started before. When
 * one doesn't start, those that did are stopped again.
 */
async function ensureAll(context: Context, app: Term, type: Term): Promise<Term> {
  const started: Term[] = [];
  const failed = await startWithNeeds(context, app, type, started);
  if (failed === undefined) return ok(list(...started));
  for (const name of started.reverse()) await askController(context, tuple(atom("stop_application"), name));
  return failed;
}

async function startWithNeeds(context: Context, app: Term, type: Term, started: Term[]): Promise<Term | undefined> {
  const { applications } = context.node;
  if (applications.isRunning(name(app))) return undefined;
  const loaded = await askController(context, tuple(atom("load_application"), app));
  if (loaded !== OK && !isAlready(loaded, "already_loaded")) return error(tuple(app, at(loaded as Tuple, 1)));
  for (const needed of applications.loaded.get(name(app))?.applications ?? []) {
    const failed = await startWithNeeds(context, atom(needed), type, started);
    if (failed !== undefined) return failed;
  }
  const result = await askController(context, tuple(atom("start_application"), app, type));
  if (result === OK) started.push(app);
  else if (!isAlready(result, "already_started")) return error(tuple(app, at(result as Tuple, 1)));
  return undefined;
}

/** `application_controller:info/0`. Nothing is ever seen loading or starting: the controller does one thing at a time. */
function info(applications: ApplicationTable): Term {
  const none = list();
  return list(
    tuple(atom("loaded"), list(...[...applications.loaded.keys()].map((loaded) => applications.entry(loaded)))),
    tuple(atom("loading"), none),
    tuple(atom("started"), list(...applications.started.map((each) => tuple(atom(each.name), atom(each.type))))),
    tuple(atom("start_p_false"), none),
    tuple(
      atom("running"),
      list(...applications.running.map((each) => tuple(atom(each.name), each.master ?? UNDEFINED))),
    ),
    tuple(atom("starting"), none),
  );
}
