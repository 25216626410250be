import { type Atom, type ErlMap, List, Pid, type Term, Tuple, atom, list, map, tuple } from "../../terms/term.js";
import { HostState } from "../context.js";
import { raiseError } from "../process/raised.js";
import { UNDEFINED, at, elementsOf, isNamed, isTagged, keyOf } from "../support/term.js";
import type { Child, SupervisorFlags } from "./spec.js";

/** A child of a simple_one_for_one supervisor. */
export interface DynamicChild {
  /** A pid, or `{restarting, Pid}`. */
  readonly pid: Term;
  /** All arguments it was started with; undefined for a temporary child, which is never started again. */
  readonly args: List | undefined;
}

/** What a supervisor knows: `#state{}` of supervisor.erl. Changed in place: its process alone has it. */
export class SupervisorState extends HostState {
  readonly name: Term;
  readonly module: Atom;
  readonly args: Term;
  flags: SupervisorFlags;
  /** By the key of the id, in the order they are started. A simple_one_for_one supervisor has just the one it copies. */
  children = new Map<string, Child>();
  readonly dynamics = new Map<string, DynamicChild>();
  /**
   * Whether the arguments of dynamic children are kept, to start them again. Decided once, by the child specification
   * that the supervisor was started with, as in OTP: code_change doesn't alter it.
   */
  keepsArguments = true;
  /** When children were restarted, in seconds, the latest first. */
  restarts: number[] = [];
  dynamicRestarts = 0;

  constructor(options: { name: Term; module: Atom; args: Term; flags: SupervisorFlags }) {
    super();
    this.name = options.name;
    this.module = options.module;
    this.args = options.args;
    this.flags = options.flags;
  }

  get isSimple(): boolean {
    return this.flags.strategy.name === "simple_one_for_one";
  }

  /** The child that a simple_one_for_one supervisor copies. */
  get template(): Child {
    return this.children.values().next().value!;
  }

  addDynamic(pid: Term, args: Term): void {
    const keeps = this.keepsArguments && args instanceof List;
    this.dynamics.set(keyOf(pid), { pid, args: keeps ? args : undefined });
  }

  update(child: Child, change: Partial<Child>): Child {
    const changed = { ...child, ...change };
    this.children.set(keyOf(child.id), changed);
    return changed;
  }

  override toTerm(): Tuple {
    const { flags } = this;
    return tuple(
      atom("state"),
      this.name,
      flags.strategy,
      this.#childrenTerm(),
      this.#dynamicsTerm(),
      flags.intensity,
      flags.periodS,
      list(...this.restarts),
      this.dynamicRestarts,
      flags.autoShutdown,
      this.module,
      this.args,
    );
  }

  #childrenTerm(): Tuple {
    const children = [...this.children.values()];
    const entries = children.map((child) => [child.id, childTerm(child)] as const);
    return tuple(list(...children.map(({ id }) => id).reverse()), map(entries));
  }

  #dynamicsTerm(): Term {
    if (!this.isSimple) return UNDEFINED;
    const entries = [...this.dynamics.values()].map(({ pid, args }) => [pid, args ?? list()] as const);
    return tuple(atom(this.keepsArguments ? "maps" : "mapsets"), map(entries));
  }

  /** The state that a `#state{}` record says, as `sys:replace_state` may put one in its place. */
  static from(term: unknown): SupervisorState {
    if (term instanceof SupervisorState) return term;
    if (!isTagged(term, "state", 12)) return raiseError("function_clause");
    const [, name, strategy, children, dynamics, intensity, periodS, restarts, dynamicRestarts, auto, module, args] =
      term.elements;
    const flags = {
      strategy: strategy as Atom,
      intensity: intensity as number,
      periodS: periodS as number,
      autoShutdown: auto as Atom,
    };
    const state = new SupervisorState({ name: name!, module: module as Atom, args: args!, flags });
    const [ids, records] = (children as Tuple).elements;
    const byId = new Map((records as ErlMap).entries.map(([id, child]) => [keyOf(id), childFrom(child)]));
    for (const id of [...(ids as List).elements].reverse()) state.children.set(keyOf(id), byId.get(keyOf(id))!);
    if (dynamics instanceof Tuple) {
      state.keepsArguments = isNamed(at(dynamics, 0), "maps");
      for (const [pid, started] of (at(dynamics, 1) as ErlMap).entries) {
        state.dynamics.set(keyOf(pid), { pid, args: state.keepsArguments ? (started as List) : undefined });
      }
    }
    state.restarts = [...(elementsOf(restarts) ?? [])] as number[];
    state.dynamicRestarts = dynamicRestarts as number;
    return state;
  }
}

/** A `#child{}` record. */
export function childTerm(child: Child): Tuple {
  const { pid, id, start, restart, significant, shutdown, type, modules } = child;
  return tuple(atom("child"), pid, id, start, restart, significant, shutdown, type, modules);
}

function childFrom(term: Term): Child {
  const [, pid, id, start, restart, significant, shutdown, type, modules] = (term as Tuple).elements;
  return {
    pid: pid!,
    id: id!,
    start: start as Tuple,
    restart: restart as Atom,
    significant: significant as Atom,
    shutdown: shutdown!,
    type: type as Atom,
    modules: modules!,
  };
}

/** `{restarting, Pid}`: a child that couldn't be started again yet. */
export const restarting = (pid: Term): Term => (pid instanceof Pid ? tuple(atom("restarting"), pid) : pid);

export const isRestarting = (pid: Term): boolean => isTagged(pid, "restarting", 2);
