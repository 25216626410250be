import { atom, list, tuple, type Pid, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { attempt } from "./invoke.js";

/**
 * `erl_eval:exprs/2` of stdlib evaluates abstract forms sent as terms: for the few things that OTP has no function for,
 * without a module of ours on the node. Forms as in "The Abstract Format" of the ERTS guide, all on line 1.
 */
const LINE = 1;

/** The forms that evaluation takes. */
export const form = {
  atom: (name: string): Term => tuple(atom("atom"), LINE, atom(name)),
  variable: (name: string): Term => tuple(atom("var"), LINE, atom(name)),
  /** `Module:Function(Arguments)` */
  call: (module: string, fun: string, args: readonly Term[]): Term =>
    tuple(atom("call"), LINE, tuple(atom("remote"), LINE, form.atom(module), form.atom(fun)), list(...args)),
  /** `fun(_) -> Body end` */
  constantFun: (body: Term): Term =>
    tuple(
      atom("fun"),
      LINE,
      tuple(atom("clauses"), list(tuple(atom("clause"), LINE, list(form.variable("_")), list(), list(body)))),
    ),
} as const;

/**
 * Puts a state into a process, as `sys:replace_state(Pid, fun(_) -> State end, Timeout)`: OTP's own function takes a
 * fun, which has to be made on the node.
 */
export async function putState(target: Target, pid: Pid, state: Term, timeoutMs: number): Promise<Outcome> {
  const replace = form.call("sys", "replace_state", [
    form.variable("Pid"),
    form.constantFun(form.variable("State")),
    form.variable("Timeout"),
  ]);
  // An orddict: sorted by name.
  const bindings = list(tuple(atom("Pid"), pid), tuple(atom("State"), state), tuple(atom("Timeout"), timeoutMs));
  return await attempt(target, "erl_eval:exprs/2", [list(replace, form.atom("ok")), bindings], {
    timeoutMs: timeoutMs + 5_000,
  });
}
