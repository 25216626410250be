import { type Term, Tuple, list, tuple } from "../../terms/term.js";
import type { Value } from "../context.js";
import type { Raised } from "../process/raised.js";
import { at, isNamed, isTagged, timeoutOf } from "../support/term.js";

/** How a server goes on: with which state, and what it waits for. */
export interface NextStep {
  readonly state: Value;
  readonly wait: number | "infinity" | "hibernate";
  /** `{continue, Term}`, to be handled before any message. */
  readonly continue?: Tuple;
}

/** A new state with what a callback asked for after it: a timeout, `hibernate` or `{continue, Term}`. */
export function nextStep(state: Value, action?: Term): NextStep | undefined {
  if (action === undefined) return { state, wait: "infinity" };
  const timeoutMs = timeoutOf(action);
  if (timeoutMs !== undefined) return { state, wait: timeoutMs };
  if (isNamed(action, "hibernate")) return { state, wait: "hibernate" };
  if (isTagged(action, "continue", 2)) return { state, wait: "infinity", continue: action };
  return undefined;
}

/** `{Tag, ..., State}` and `{Tag, ..., State, Action}` with the state at `stateIndex`; undefined for anything else. */
export function stepOf(result: Value, tag: string, stateIndex: number): NextStep | undefined {
  if (!(result instanceof Tuple) || !isNamed(result.elements[0], tag)) return undefined;
  if (result.arity !== stateIndex + 1 && result.arity !== stateIndex + 2) return undefined;
  return nextStep(at(result, stateIndex), result.elements[stateIndex + 1]);
}

/** The reason that `terminate/2` and an exit get: with the stack for errors, never for exits. */
export function terminateReason(raised: Raised): Term {
  return raised.class === "error" ? tuple(raised.reason, raised.trace ?? list()) : raised.reason;
}

/** Reasons that nobody is told about: `normal`, `shutdown`, `{shutdown, _}`. */
export function isOrdinaryReason(reason: Term): boolean {
  return isNamed(reason, "normal") || isNamed(reason, "shutdown") || isTagged(reason, "shutdown", 2);
}
