import { atomName, listElements, tupleElements } from "../terms/access.js";
import { list, tuple, type Pid, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { call, caseOf, fun, isSame, number, tupleOf, variable } from "./abstract-form.js";
import { evaluate } from "./erl-eval.js";
import { fateOf } from "./sys.js";

/**
 * Puts a state into a process: `sys:replace_state/3`, which takes a fun. A fun can't be sent, so the node makes it of an
 * expression. Each expression says whether the state is then what it should be: `replace_state` answers with the state
 * as it is, also where it kept the old one.
 */
export type PutState = "put" | "gone" | "refused";

const replacedBy = (replacement: Term): Term =>
  isSame(call("sys:replace_state/3", variable("Pid"), replacement, variable("Timeout")), variable("State"));

const STATE = replacedBy(fun("_", variable("State")));

/** Puts the state that `sys:get_state/2` gave back into a process. */
export async function putState(target: Target, pid: Pid, state: Term, timeoutMs: number): Promise<PutState> {
  const bindings = { Pid: pid, State: state, Timeout: timeoutMs };
  return resultOf(await evaluate(target, STATE, bindings, { timeoutMs: timeoutMs + 5_000 }));
}

/**
 * `fun({Module, Id, _} = Handler) -> case lists:keyfind({Module, Id}, 1, Kept) of {_, S} -> {Module, Id, S}; ...`: an
 * event manager applies the fun to one handler after another.
 */
const HANDLERS = replacedBy(
  fun(
    "Handler",
    caseOf(variable("Handler"), [
      [
        tupleOf(variable("Module"), variable("Id"), variable("_")),
        caseOf(call("lists:keyfind/3", tupleOf(variable("Module"), variable("Id")), number(1), variable("Kept")), [
          [
            tupleOf(variable("_"), variable("HandlerState")),
            tupleOf(variable("Module"), variable("Id"), variable("HandlerState")),
          ],
          [variable("_"), variable("Handler")],
        ]),
      ],
    ]),
  ),
);

/** Puts the states of its handlers, `[{Module, Id, State}]` as `sys:get_state/2` gives them, back into an event manager. */
export async function putHandlerStates(
  target: Target,
  manager: Pid,
  states: Term,
  timeoutMs: number,
): Promise<PutState> {
  const kept = (listElements(states) ?? []).flatMap((handler) => {
    const [module, id, state] = tupleElements(handler, 3) ?? [];
    return module === undefined || id === undefined || state === undefined ? [] : [tuple(tuple(module, id), state)];
  });
  const bindings = { Pid: manager, State: states, Kept: list(...kept), Timeout: timeoutMs };
  return resultOf(await evaluate(target, HANDLERS, bindings, { timeoutMs: timeoutMs + 5_000 }));
}

function resultOf(outcome: Outcome): PutState {
  if (outcome.kind === "returned") return atomName(outcome.value) === "true" ? "put" : "refused";
  return fateOf(outcome) === "gone" ? "gone" : "refused";
}
