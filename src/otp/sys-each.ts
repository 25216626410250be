import type { Target } from "../target/target.js";
import { listElements, tupleElements } from "../terms/access.js";
import { atom, list, string, tuple, type Term } from "../terms/term.js";
import {
  block,
  bind,
  call,
  caseOf,
  cons,
  fun,
  isLess,
  minus,
  name,
  nothing,
  number,
  tupleOf,
  variable,
} from "./abstract-form.js";
import type { Answers } from "./answers.js";
import { outcomeOfRpc } from "./batch.js";
import { CALL } from "./each-process.js";
import { WINDOW, type ProcessGroup } from "./process-group.js";
import { readResponse, REQUEST, RESPONSES, SEND } from "./request-each.js";
import { answersOver, evaluateOver, eachWindow, WINDOWS } from "./windows.js";

/** System messages whose answers the node looks through before it sends them, and those that may take long. */

/** `{"Modules", [Current | _]}` of what a gen_statem shows of itself; `false` for all others. */
const CALLBACK_MODULES = caseOf(tupleOf(variable("Behaviour"), variable("Rest")), [
  [
    tupleOf(
      name("gen_statem"),
      cons(
        variable("_"),
        cons(
          variable("_"),
          cons(cons(variable("_"), cons(tupleOf(name("data"), variable("Data")), variable("_"))), variable("_")),
        ),
      ),
    ),
    call("lists:keyfind/3", variable("Modules"), number(1), variable("Data")),
  ],
  [variable("_"), name("false")],
]);

/** Of `{status, Pid, {module, Behaviour}, [PDict, SysState | Rest]}` only what is asked for: the rest carries the state. */
const STATUS = eachWindow(
  SEND,
  call(
    "lists:map/2",
    fun(
      "Response",
      caseOf(variable("Response"), [
        [
          tupleOf(
            name("reply"),
            tupleOf(
              name("status"),
              variable("_"),
              tupleOf(name("module"), variable("Behaviour")),
              cons(variable("_"), cons(variable("SysState"), variable("Rest"))),
            ),
          ),
          tupleOf(name("reply"), tupleOf(variable("Behaviour"), variable("SysState"), CALLBACK_MODULES)),
        ],
        [variable("_"), variable("Response")],
      ]),
    ),
    RESPONSES,
  ),
);

/**
 * Asks each process for its status (`sys:get_status/2`). As {@link requestEach}, with `{Behaviour, SysState, Modules}` for
 * the answer; `Modules` is `{"Modules", CallbackModules}` of a gen_statem, else `false`.
 */
export async function statusEach(target: Target, group: ProcessGroup, timeoutMs: number): Promise<Answers> {
  const bindings = {
    ...{ Label: atom("system"), Message: atom("get_status"), Timeout: timeoutMs },
    Modules: string("Modules"),
  };
  return await answersOver(target, group, STATUS, bindings, timeoutMs, readResponse);
}

/** In microseconds. A window that took less has processes that are so quick that the next ones can go on together. */
const QUICK = 1_000 * WINDOW;
const NOW = call("erlang:monotonic_time/1", name("microsecond"));

/** `{Called, Asked}`: what the windows gave whose processes were called one after another, and those asked at once. */
const CHANGE_CODE = block(
  bind("All", WINDOWS),
  bind("Next", call("erlang:tl/1", variable("All"))),
  bind("Start", NOW),
  bind("Changed", call("lists:map/2", CALL, cons(call("erlang:hd/1", variable("All")), nothing))),
  caseOf(isLess(minus(NOW, variable("Start")), number(QUICK)), [
    [name("true"), tupleOf(variable("Changed"), call("lists:map/2", REQUEST, variable("Next")))],
    [
      name("false"),
      tupleOf(call("erlang:++/2", variable("Changed"), call("lists:map/2", CALL, variable("Next"))), nothing),
    ],
  ]),
);

/**
 * Has each process change its code (`sys:change_code/5`), one after another within a batch, so that each has the whole
 * time for itself; where the first ones of a batch are quick, the others of it are asked a window at a time.
 * @param timeoutMs for one process
 */
export async function changeCodeOfEach(
  target: Target,
  group: ProcessGroup,
  { module, vsn, extra }: { readonly module: string; readonly vsn: Term; readonly extra: Term },
  timeoutMs: number,
): Promise<Answers> {
  const bindings = {
    Called: list(atom(target.identity.node), atom("sys"), atom("change_code")),
    Rest: list(atom(module), vsn, extra, timeoutMs),
    ...{ Label: atom("system"), Message: tuple(atom("change_code"), atom(module), vsn, extra), Timeout: timeoutMs },
  };
  const windowTimeoutMs = timeoutMs * Math.min(WINDOW, group.pids.length);
  return await evaluateOver(target, group, CHANGE_CODE, bindings, windowTimeoutMs, (value) => {
    const [called, asked] = (tupleElements(value, 2) ?? []).map(listElements);
    return [
      ...(called ?? []).map((answer) => ({ answer, read: outcomeOfRpc })),
      ...(asked ?? []).map((answer) => ({ answer, read: readResponse })),
    ];
  });
}
