import { parseSurfaceName, type SurfaceName } from "../target/surface.js";
import type { Outcome, Target } from "../target/target.js";
import { atom, list, type Term } from "../terms/term.js";
import { bind, call, external, number, variable } from "./abstract-form.js";
import type { Answers } from "./answers.js";
import { outcomeOfRpc } from "./batch.js";
import { WINDOW, type ProcessGroup } from "./process-group.js";
import { answersOver, eachWindow, same } from "./windows.js";

/** What the node itself does with each of thousands of processes, and what it gave for each. */

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
  return await overWindows(target, group, FACTS, bindings, timeoutMs);
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
  return await overWindows(target, group, expression, bindings, timeoutMs);
}

/** A list of lists of one element each. */
const enlist = (elements: Term): Term =>
  call("lists:zipwith/3", external("lists:duplicate/2"), same(number(1)), elements);
/** The lists, each with the same one before or behind it. */
const prepend = (head: Term, lists: Term): Term => call("lists:zipwith/3", external("erlang:++/2"), same(head), lists);
const append = (lists: Term, tail: Term): Term => call("lists:zipwith/3", external("erlang:++/2"), lists, same(tail));

/** What {@link callEach} does with a window. */
export const CALL = eachWindow(
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

/**
 * What an expression gave for each process.
 * @throws CallError when a batch wasn't sent, or its answer didn't come
 */
async function overWindows(
  target: Target,
  group: ProcessGroup,
  each: Term,
  bindings: Readonly<Record<string, Term>>,
  timeoutMs: number,
): Promise<Outcome[]> {
  const read = (value: Term): Outcome => ({ kind: "returned", value });
  return (await answersOver(target, group, each, bindings, timeoutMs, read))
    .answered("erlang:process_info/2")
    .toArray();
}
