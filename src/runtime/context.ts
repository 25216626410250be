import { AsyncLocalStorage } from "node:async_hooks";
import type { Atom, Term } from "../terms/term.js";
import type { Process } from "./process/process.js";
import type { RuntimeNode } from "./node.js";

/** Which process of which node does something. */
export interface Context {
  readonly node: RuntimeNode;
  readonly self: Process;
}

/** The process that the running JavaScript belongs to: what `self()` is. */
export const currentContext: CurrentContext = new AsyncLocalStorage<Context>();

/** What is used of it. Named here, so that the types of this package can be read without those of Node.js. */
interface CurrentContext {
  run<Result>(context: Context, entry: () => Result): Result;
  getStore(): Context | undefined;
}

/** State that a built-in server keeps as JavaScript values; seen from outside it is the term that OTP's would be. */
export abstract class HostState {
  abstract toTerm(): Term;
}

/** What passes between the runtime and a callback: terms, and the state of built-in servers. */
export type Value = Term | HostState;

/** Puts the state of a built-in server where a callback returns its state. */
export const hold = (state: HostState): Term => state as unknown as Term;

/** A value as it is seen from outside. */
export const termOf = (value: Value): Term => (value instanceof HostState ? value.toTerm() : value);

/**
 * A call that takes the place of the one it is returned from, as a tail call in Erlang: the code that returns it is
 * off the stack before the call is made.
 */
export class TailCall {
  readonly module: Atom;
  readonly function: Atom;
  readonly args: readonly Value[];
  constructor(module: Atom, fun: Atom, args: readonly Value[]) {
    this.module = module;
    this.function = fun;
    this.args = args;
  }
}

/** A function of a built-in module. */
export type Bif = (context: Context, ...args: Term[]) => Value | TailCall | Promise<Value | TailCall>;

/** The functions of a built-in module, by `name/arity`. */
export type BifModule = Readonly<Record<string, Bif>>;
