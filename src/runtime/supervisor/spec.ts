import { Atom, ErlMap, List, type Term, Tuple, atom, list, map, tuple } from "../../terms/term.js";
import { raiseError } from "../process/raised.js";
import { FALSE, INFINITY, UNDEFINED, at, elementsOf, isNamed, keyOf, mapGet } from "../support/term.js";

/** A child as a supervisor keeps it: `#child{}` of supervisor.erl. */
export interface Child {
  /** A pid, `undefined`, or `{restarting, Pid | undefined}`. */
  readonly pid: Term;
  readonly id: Term;
  /** `{M, F, Args}`; the arguments are `undefined` for a temporary child that was added later. */
  readonly start: Tuple;
  readonly restart: Atom;
  readonly significant: Atom;
  readonly shutdown: Term;
  readonly type: Atom;
  readonly modules: Term;
}

/** Children by the key of their id, in the order they are started. */
export type Children = ReadonlyMap<string, Child>;

export interface SupervisorFlags {
  readonly strategy: Atom;
  readonly intensity: number;
  readonly periodS: number;
  readonly autoShutdown: Atom;
}

/** What is wrong with a specification, as the term that supervisor.erl answers. */
export class BadSpec {
  readonly reason: Term;
  constructor(reason: Term) {
    this.reason = reason;
  }
}

const bad = (tag: string, what: Term): BadSpec => new BadSpec(tuple(atom(tag), what));

const isOneOf = (term: Term, names: readonly string[]): term is Atom =>
  term instanceof Atom && names.includes(term.name);

/** `supervisor:check_flags/1`, for the tuple and the map form. */
export function checkFlags(flags: Term): SupervisorFlags | BadSpec {
  if (flags instanceof Tuple && flags.arity === 3) {
    return validFlags(at(flags, 0), at(flags, 1), at(flags, 2), atom("never"));
  }
  if (!(flags instanceof ErlMap)) return bad("invalid_type", flags);
  return validFlags(
    mapGet(flags, "strategy") ?? atom("one_for_one"),
    mapGet(flags, "intensity") ?? 1,
    mapGet(flags, "period") ?? 5,
    mapGet(flags, "auto_shutdown") ?? atom("never"),
  );
}

function validFlags(strategy: Term, intensity: Term, period: Term, autoShutdown: Term): SupervisorFlags | BadSpec {
  if (!isOneOf(strategy, ["simple_one_for_one", "one_for_one", "one_for_all", "rest_for_one"])) {
    return bad("invalid_strategy", strategy);
  }
  if (typeof intensity !== "number" || intensity < 0) return bad("invalid_intensity", intensity);
  if (typeof period !== "number" || period <= 0) return bad("invalid_period", period);
  if (!isOneOf(autoShutdown, ["never", "any_significant", "all_significant"])) {
    return bad("invalid_auto_shutdown", autoShutdown);
  }
  return { strategy, intensity, periodS: period, autoShutdown };
}

/**
 * `supervisor:check_startspec/2`: child specifications in the order they are started.
 * @param autoShutdown the supervisor's flag; undefined where it isn't known
 */
export function checkStartSpec(specs: Term, autoShutdown: Atom | undefined): Children | BadSpec {
  const children = new Map<string, Child>();
  for (const spec of elementsOf(specs) ?? raiseError("function_clause")) {
    const child = checkChildSpec(spec, autoShutdown);
    if (child instanceof BadSpec) return child;
    const key = keyOf(child.id);
    if (children.has(key)) return bad("duplicate_child_name", child.id);
    children.set(key, child);
  }
  return children;
}

/** `supervisor:check_childspec/2`, for the tuple and the map form. */
export function checkChildSpec(spec: Term, autoShutdown: Atom | undefined): Child | BadSpec {
  if (spec instanceof ErlMap) return checkMap(spec, autoShutdown);
  if (!(spec instanceof Tuple) || spec.arity !== 6) return bad("invalid_child_spec", spec);
  const keys = ["id", "start", "restart", "shutdown", "type", "modules"];
  const entries = spec.elements.map((value, index) => [atom(keys[index]!), value] as const);
  return checkMap(map(entries), autoShutdown);
}

function checkMap(spec: ErlMap, autoShutdown: Atom | undefined): Child | BadSpec {
  const id = mapGet(spec, "id");
  if (id === undefined) return new BadSpec(atom("missing_id"));
  const start = mapGet(spec, "start");
  if (start === undefined) return new BadSpec(atom("missing_start"));
  if (!isMfa(start)) return bad("invalid_mfa", start);
  const restart = mapGet(spec, "restart") ?? atom("permanent");
  if (!isOneOf(restart, ["permanent", "temporary", "transient"])) return bad("invalid_restart_type", restart);
  const significant = mapGet(spec, "significant") ?? FALSE;
  const wrong = checkSignificant(significant, restart, autoShutdown);
  if (wrong !== undefined) return wrong;
  const type = mapGet(spec, "type") ?? atom("worker");
  if (!isOneOf(type, ["supervisor", "worker"])) return bad("invalid_child_type", type);
  const shutdown = mapGet(spec, "shutdown") ?? (type.name === "worker" ? 5000 : INFINITY);
  if (!(typeof shutdown === "number" && shutdown >= 0) && !isOneOf(shutdown, ["infinity", "brutal_kill"])) {
    return bad("invalid_shutdown", shutdown);
  }
  const modules = mapGet(spec, "modules") ?? list(at(start, 0));
  const badModules = checkModules(modules);
  if (badModules !== undefined) return badModules;
  return { pid: UNDEFINED, id, start, restart, significant: significant as Atom, shutdown, type, modules };
}

function isMfa(term: Term): term is Tuple {
  if (!(term instanceof Tuple) || term.arity !== 3) return false;
  return at(term, 0) instanceof Atom && at(term, 1) instanceof Atom && at(term, 2) instanceof List;
}

function checkSignificant(significant: Term, restart: Atom, autoShutdown: Atom | undefined): BadSpec | undefined {
  if (isNamed(significant, "true")) {
    const combined = (name: string, value: Atom): BadSpec =>
      bad("bad_combination", list(tuple(atom(name), value), tuple(atom("significant"), significant)));
    if (autoShutdown?.name === "never") return combined("auto_shutdown", autoShutdown);
    if (restart.name === "permanent") return combined("restart", restart);
    return undefined;
  }
  return isNamed(significant, "false") ? undefined : bad("invalid_significant", significant);
}

function checkModules(modules: Term): BadSpec | undefined {
  if (isNamed(modules, "dynamic")) return undefined;
  const items = elementsOf(modules);
  if (items === undefined) return bad("invalid_modules", modules);
  const wrong = items.find((item) => !(item instanceof Atom));
  return wrong === undefined ? undefined : bad("invalid_module", wrong);
}

/** `supervisor:child_to_spec/1`: the map form of a child. */
export function childToSpec(child: Child): ErlMap {
  return map([
    [atom("id"), child.id],
    [atom("start"), child.start],
    [atom("restart"), child.restart],
    [atom("significant"), child.significant],
    [atom("shutdown"), child.shutdown],
    [atom("type"), child.type],
    [atom("modules"), child.modules],
  ]);
}
