import { OpaqueFun, type Term, atom } from "../terms/term.js";
import type { Context } from "./context.js";

let made = 0;

/** A fun made on this node: `erl_eval` makes them. Only this node can call it. */
export class LocalFun extends OpaqueFun {
  readonly run: (context: Context, args: readonly Term[]) => Promise<Term>;
  constructor(module: string, arity: number, run: (context: Context, args: readonly Term[]) => Promise<Term>) {
    made++;
    super(atom(module), arity, made, 0, new Uint8Array());
    this.run = run;
  }
}
