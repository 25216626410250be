import { atom, list, string, tuple, type Term } from "../terms/term.js";
import { parseSurfaceName, type SurfaceName } from "../target/surface.js";
import type { Outcome, Target } from "../target/target.js";
import {
  bind,
  block,
  call,
  caseOf,
  cons,
  external,
  fun,
  isLess,
  minus,
  name,
  nothing,
  number,
  plus,
  tupleOf,
  variable,
} from "./abstract-form.js";
import { Answers } from "./answers.js";
import { outcomeOfRpc, overBatches } from "./batch.js";
import { equals } from "../terms/equal.js";
import { atomName, listElements, taggedTuple, tupleElements } from "../terms/access.js";
import { evaluate } from "./erl-eval.js";
import { UnexpectedAnswer } from "./invoke.js";
import { WINDOW, type Batch, type ProcessGroup } from "./process-group.js";

/**
 * One system message, or one call, to each of thousands of processes: few messages to the node, which loops there over
 * windows of processes with OTP's own list functions. What became of each process is known.
 */

/** `lists:duplicate(Length, Element)` */
const same = (element: Term): Term => call("lists:duplicate/2", variable("Length"), element);

/**
 * `fun(Pids) -> Length = length(Pids), Results = Expression, ... end`: what is done with each window. Where all results
 * are the same term, which is the rule, only that one is sent back.
 */
const eachWindow = (bound: readonly Term[], results: Term): Term =>
  fun(
    "Pids",
    bind("Length", call("erlang:length/1", variable("Pids"))),
    ...bound,
    bind("Results", results),
    bind("First", call("erlang:hd/1", variable("Results"))),
    // A bound variable matches what is exactly equal: 1 and 1.0 are two states.
    caseOf(same(variable("First")), [
      [variable("Results"), tupleOf(name("all"), variable("First"))],
      [variable("_"), variable("Results")],
    ]),
  );

const SEND = [
  bind(
    "Requests",
    call(
      "lists:zipwith3/4",
      external("gen:send_request/3"),
      variable("Pids"),
      same(variable("Label")),
      same(variable("Message")),
    ),
  ),
  bind("Until", tupleOf(name("abs"), plus(call("erlang:monotonic_time/1", name("millisecond")), variable("Timeout")))),
];
const RESPONSES = call(
  "lists:zipwith/3",
  external("gen:wait_response/2"),
  variable("Requests"),
  same(variable("Until")),
);

const REQUEST = eachWindow(SEND, RESPONSES);

/**
 * Sends a request to each process and waits for the answers, as `gen:call/4` does for one: all processes of a window are
 * asked at once, so that those which don't answer cost their time-out together. Nothing raises.
 * @param label what the message is tagged with: `system`, `'$gen_call'`
 * @param timeoutMs for each process, from when it was asked
 * @returns in order: what the process answered; raised exit with the reason it is gone for, or `timeout`
 */
export async function requestEach(
  target: Target,
  group: ProcessGroup,
  label: Term,
  message: Term,
  timeoutMs: number,
): Promise<Answers> {
  const bindings = { Label: label, Message: message, Timeout: timeoutMs };
  return await answersOver(target, group, REQUEST, bindings, timeoutMs, readResponse);
}

/** Sends a system message to each process, as `sys` does. See {@link requestEach}. */
export async function systemMessageEach(
  target: Target,
  group: ProcessGroup,
  message: Term,
  timeoutMs: number,
): Promise<Answers> {
  return await requestEach(target, group, atom("system"), message, timeoutMs);
}

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

/** `{reply, Reply}`, `{error, {Reason, Process}}`, `timeout`: what `gen:wait_response/2` gives. */
function readResponse(response: Term): Outcome {
  const reply = taggedTuple(response, "reply", 2);
  if (reply !== undefined) return { kind: "returned", value: reply[1]! };
  if (atomName(response) === "timeout") return { kind: "raised", class: "exit", reason: atom("timeout") };
  const reason = tupleElements(taggedTuple(response, "error", 2)?.[1], 2)?.[0];
  return { kind: "raised", class: "exit", reason: reason ?? response };
}

const FACTS = eachWindow(
  [],
  call(
    "lists:zip/2",
    call("lists:map/2", external("proc_lib:translate_initial_call/1"), variable("Pids")),
    call("lists:zipwith/3", external("erlang:process_info/2"), variable("Pids"), same(variable("Items"))),
  ),
);

/**
 * What the node itself knows of each process, without asking it: `{InitialCall, Info}`, of
 * `proc_lib:translate_initial_call/1` and `erlang:process_info/2` with the items; `Info` is `undefined` for a dead one.
 * All must be processes of the node.
 */
export async function infoEach(
  target: Target,
  group: ProcessGroup,
  items: readonly string[],
  timeoutMs: number,
): Promise<Outcome[]> {
  const bindings = { Items: list(...items.map(atom)) };
  return await overWindows(target, group, FACTS, bindings, timeoutMs, (result) => ({
    kind: "returned",
    value: result,
  }));
}

/**
 * Evaluates a fun, in the abstract format, with each process, one after another. What raises for one of a window fails
 * the whole batch, so it should not.
 * @param bindings the values of the variables that stand in the fun
 * @param timeoutMs for a window
 */
export async function mapEach(
  target: Target,
  group: ProcessGroup,
  each: Term,
  bindings: Readonly<Record<string, Term>>,
  timeoutMs: number,
): Promise<Outcome[]> {
  const expression = eachWindow([], call("lists:map/2", each, variable("Pids")));
  return await overWindows(target, group, expression, bindings, timeoutMs, (result) => ({
    kind: "returned",
    value: result,
  }));
}

/** A list of lists of one element each. */
const enlist = (elements: Term): Term =>
  call("lists:zipwith/3", external("lists:duplicate/2"), same(number(1)), elements);
/** The lists, each with the same one before or behind it. */
const prepend = (head: Term, lists: Term): Term => call("lists:zipwith/3", external("erlang:++/2"), same(head), lists);
const append = (lists: Term, tail: Term): Term => call("lists:zipwith/3", external("erlang:++/2"), lists, same(tail));

const CALL = eachWindow(
  [
    bind("Arguments", append(enlist(variable("Pids")), variable("Rest"))),
    bind("Calls", prepend(variable("Called"), enlist(variable("Arguments")))),
  ],
  call("lists:zipwith/3", external("erlang:apply/2"), same(external("rpc:call/4")), variable("Calls")),
);

/**
 * Calls a function of the surface with each process as first argument, one after another within a batch, so that each
 * has its own time. What raises is caught (`rpc:call/4` on the node itself) and spoils no other.
 * @param rest the other arguments, the same for all
 * @param timeoutMs that one call may take
 */
export async function callEach(
  target: Target,
  called: SurfaceName,
  group: ProcessGroup,
  rest: readonly Term[],
  timeoutMs: number,
): Promise<Answers> {
  const { module, function: fun } = parseSurfaceName(called);
  const bindings = { Called: list(atom(target.identity.node), atom(module), atom(fun)), Rest: list(...rest) };
  // One after another: in a window each waits for those before it.
  const windowTimeoutMs = timeoutMs * Math.min(WINDOW, group.pids.length);
  return await answersOver(target, group, CALL, bindings, windowTimeoutMs, outcomeOfRpc);
}

/** In microseconds. A window that took less has processes that are so quick that the next ones can go on together. */
const QUICK = 1_000 * WINDOW;
const NOW = call("erlang:monotonic_time/1", name("microsecond"));
const WINDOWS = call("erlang:binary_to_term/1", variable("Windows"));

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

/** Evaluates `lists:map(Fun, Windows)` on the node, a few batches at once, and reads what it gives for each process. */
async function answersOver(
  target: Target,
  group: ProcessGroup,
  each: Term,
  bindings: Readonly<Record<string, Term>>,
  windowTimeoutMs: number,
  read: (answer: Term) => Outcome,
): Promise<Answers> {
  const expression = call("lists:map/2", each, WINDOWS);
  return await evaluateOver(target, group, expression, bindings, windowTimeoutMs, (value) =>
    (listElements(value) ?? []).map((answer) => ({ answer, read })),
  );
}

/** Evaluates an expression with the windows of each batch, a few at once. @param windowsOf what it gave for each window */
async function evaluateOver(
  target: Target,
  group: ProcessGroup,
  expression: Term,
  bindings: Readonly<Record<string, Term>>,
  windowTimeoutMs: number,
  windowsOf: (value: Term) => readonly { readonly answer: Term; readonly read: (result: Term) => Outcome }[],
): Promise<Answers> {
  const batches = await overBatches(group.batches, async (batch) => {
    // Every window may take its time; a lost connection is noticed without that.
    const timeoutMs = Math.min(windowTimeoutMs * batch.windows + MARGIN_MS, 2 ** 31 - 1);
    const outcome = await evaluate(target, expression, { ...bindings, Windows: batch.encoded }, { timeoutMs });
    if (outcome.kind !== "returned") return [{ size: batch.size, same: outcome }];
    const windows = windowsOf(outcome.value);
    if (windows.length !== batch.windows) throw new UnexpectedAnswer("erl_eval:expr/5", outcome.value);
    return windows.map(({ answer, read }, index) => readWindow(answer, sizeOfWindow(batch, index), read));
  });
  return joined(batches);
}

/** All windows but the last one are full. */
const sizeOfWindow = (batch: Batch, index: number): number => Math.min(WINDOW, batch.size - index * WINDOW);

/** What became of the processes of a window: the same of all, or of each. */
type WindowAnswers = { readonly size: number } & (
  { readonly same: Outcome; readonly term?: Term } | { readonly each: readonly Outcome[] }
);

/** `{all, Result}`, or the results of a window one by one. */
function readWindow(answer: Term, size: number, read: (result: Term) => Outcome): WindowAnswers {
  const same = taggedTuple(answer, "all", 2)?.[1];
  if (same !== undefined) return { size, same: read(same), term: same };
  const each = listElements(answer)?.map(read);
  if (each?.length !== size) throw new UnexpectedAnswer("erl_eval:expr/5", answer);
  return { size, each };
}

/** The first answer that a whole window gave counts as the common one. */
function joined(windows: readonly WindowAnswers[]): Answers {
  const first = windows.find((window) => "same" in window);
  const common: Outcome = first !== undefined && "same" in first ? first.same : { kind: "not_sent", cause: "nobody" };
  const term = first !== undefined && "same" in first ? first.term : undefined;
  const others = new Map<number, Outcome>();
  let length = 0;
  for (const window of windows) {
    if ("each" in window) {
      for (const [index, outcome] of window.each.entries()) others.set(length + index, outcome);
    } else if (window !== first && !(term !== undefined && window.term !== undefined && equals(term, window.term))) {
      for (let index = 0; index < window.size; index++) others.set(length + index, window.same);
    }
    length += window.size;
  }
  return new Answers(length, common, others);
}

/** The same, one by one. */
async function overWindows(...args: Parameters<typeof answersOver>): Promise<Outcome[]> {
  return (await answersOver(...args)).toArray();
}

/** For the way there and back, and a node that is busy. */
const MARGIN_MS = 10_000;
