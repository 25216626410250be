import { type Atom, List, type Term, atom, binary, list, tuple } from "../../terms/term.js";
import { printTerm } from "../../terms/print.js";
import { isTerm } from "../support/term.js";

export type ExceptionClass = "error" | "exit" | "throw";

/** An Erlang exception travelling through JavaScript. */
export class Raised extends Error {
  readonly class: ExceptionClass;
  readonly reason: Term;
  /** The Erlang stack trace where it is known already; otherwise it is read from the JavaScript one. */
  readonly trace: Term | undefined;
  constructor(exceptionClass: ExceptionClass, reason: Term, trace?: Term) {
    super();
    this.class = exceptionClass;
    this.reason = reason;
    this.trace = trace;
  }
  override get name(): string {
    return "Raised";
  }
  // Printed only when somebody looks: raising is an ordinary way of answering in Erlang.
  override get message(): string {
    return `${this.class} ${printTerm(this.reason)}`;
  }
}

/** Thrown at a process that is dead and still tries to do something on the node. */
export class ProcessGone extends Error {
  constructor() {
    super("this process has ended: what it still does has no effect");
    this.name = "ProcessGone";
  }
}

/** @throws Raised always: `erlang:error/1` */
export function raiseError(reason: Term | string, trace?: Term): never {
  throw new Raised("error", typeof reason === "string" ? atom(reason) : reason, trace);
}

/** @throws Raised always: `erlang:exit/1` */
export function raiseExit(reason: Term | string): never {
  throw new Raised("exit", typeof reason === "string" ? atom(reason) : reason);
}

export const badarg = (): never => raiseError("badarg");

/** `undef`, with the call that wasn't found as the top of the stack, as the emulator raises it. */
export function raiseUndef(module: Atom, fun: Atom, args: readonly Term[]): never {
  raiseError("undef", list(tuple(module, fun, list(...args), list())));
}

/** Whatever JavaScript code threw, as an Erlang exception. A thrown term is Erlang's `throw`. */
export function toRaised(thrown: unknown, traceOf: (error: Error) => Term): Raised {
  if (thrown instanceof Raised) {
    // Nobody sees the stack of an exit, and reading one takes time.
    const isTraced = thrown.trace !== undefined || thrown.class === "exit";
    return isTraced ? thrown : new Raised(thrown.class, thrown.reason, traceOf(thrown));
  }
  if (thrown instanceof Error) {
    const text = thrown.name === "Error" ? thrown.message : `${thrown.name}: ${thrown.message}`;
    return new Raised("error", tuple(atom("js_error"), binary(text)), traceOf(thrown));
  }
  if (isTerm(thrown)) return new Raised("throw", thrown, list());
  return new Raised("error", tuple(atom("js_error"), binary(describeValue(thrown))), list());
}

/** An error whose stack is empty gets the function that was called as its one entry. */
export function withStack(
  raised: Raised,
  called: { readonly module: Atom; readonly function: Atom; readonly arity: number },
): Raised {
  const isKnown = raised.class === "exit" || (raised.trace instanceof List && raised.trace.elements.length > 0);
  if (isKnown) return raised;
  return new Raised(raised.class, raised.reason, list(tuple(called.module, called.function, called.arity, list())));
}

/** The reason with which a process ends that such an exception reached the top of: as the emulator makes it. */
export function exitReason(raised: Raised): Term {
  const trace = raised.trace ?? list();
  switch (raised.class) {
    case "exit":
      return raised.reason;
    case "error":
      return tuple(raised.reason, trace);
    case "throw":
      return tuple(tuple(atom("nocatch"), raised.reason), trace);
  }
}

/** What `catch Expr` makes of an exception. */
export function caught(raised: Raised): Term {
  if (raised.class === "throw") return raised.reason;
  return tuple(atom("EXIT"), raised.class === "exit" ? raised.reason : exitReason(raised));
}

/** A JavaScript value that is no term, in words. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (typeof value === "number") return `the number ${value}, which is not an integer`;
  if (typeof value === "function") return "a function";
  if (value === null) return "null";
  if (typeof value === "object") return `an object of class ${value.constructor.name}`;
  return `a value of type ${typeof value}`;
}
