import { type Term, atom } from "../../terms/term.js";
import { type Context, currentContext } from "../context.js";

/**
 * The process that this code runs in.
 * @throws Error outside of a process of an embedded node
 * @throws ProcessGone when the process has died: what its code still does may have no effect
 */
export function current(): Context {
  const context = currentContext.getStore();
  if (context === undefined) throw new Error("this can only be called by a process of an embedded node");
  context.self.assertAlive();
  return context;
}

/** Calls an OTP function, as the current process. */
export async function callOtp(module: string, fun: string, ...args: Term[]): Promise<Term> {
  const { node, self } = current();
  return await node.callTerm(self, atom(module), atom(fun), args);
}

/** Calls an OTP function that answers at once. */
export function callOtpNow(module: string, fun: string, ...args: Term[]): Term {
  const { node, self } = current();
  return node.call(self, atom(module), atom(fun), args) as Term;
}
