import type { Outcome, Target } from "../target/target.js";
import { listElements, taggedTuple } from "../terms/access.js";
import { equals } from "../terms/equal.js";
import type { Term } from "../terms/term.js";
import { bind, call, caseOf, fun, name, tupleOf, variable } from "./abstract-form.js";
import { Answers } from "./answers.js";
import { overBatches } from "./batch.js";
import { evaluate } from "./erl-eval.js";
import { UnexpectedAnswer } from "./invoke.js";
import { WINDOW, type Batch, type ProcessGroup } from "./process-group.js";

/**
 * Expressions that the node evaluates with windows of processes, and what became of each process by them: few messages to
 * the node, which loops there with OTP's own list functions.
 */

/** The windows of a batch: a list of lists of pids. */
export const WINDOWS = call("erlang:binary_to_term/1", variable("Windows"));

/** `lists:duplicate(Length, Element)` */
export const same = (element: Term): Term => call("lists:duplicate/2", variable("Length"), element);

/**
 * `fun(Pids) -> Length = length(Pids), Results = Expression, ... end`: what is done with each window. Where all results
 * are the same term, which is the rule, only that one is sent back.
 */
export const eachWindow = (bound: readonly Term[], results: Term): Term =>
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

/** Evaluates `lists:map(Fun, Windows)` on the node, a few batches at once, and reads what it gives for each process. */
export async function answersOver(
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
export async function evaluateOver(
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
    if (outcome.kind !== "returned") return [{ size: batch.size, all: outcome }];
    const windows = windowsOf(outcome.value);
    if (windows.length !== batch.windows) throw new UnexpectedAnswer("erl_eval:expr/5", outcome.value);
    return windows.map(({ answer, read }, index) => readWindow(answer, sizeOfWindow(batch, index), read));
  });
  return joined(batches);
}

/** All windows but the last one are full. */
const sizeOfWindow = (batch: Batch, index: number): number => Math.min(WINDOW, batch.size - index * WINDOW);

/** What became of the processes of a window: the same of all of them, or of each. */
type WindowAnswers = UniformAnswers | { readonly size: number; readonly each: readonly Outcome[] };
interface UniformAnswers {
  readonly size: number;
  readonly all: Outcome;
  /** What it was read of. */
  readonly term?: Term;
}

/** `{all, Result}`, or the results of a window one by one. */
function readWindow(answer: Term, size: number, read: (result: Term) => Outcome): WindowAnswers {
  const term = taggedTuple(answer, "all", 2)?.[1];
  if (term !== undefined) return { size, all: read(term), term };
  const each = listElements(answer)?.map(read);
  if (each?.length !== size) throw new UnexpectedAnswer("erl_eval:expr/5", answer);
  return { size, each };
}

/** The first answer that a whole window gave counts as the common one. */
function joined(windows: readonly WindowAnswers[]): Answers {
  const first = windows.find((window) => "all" in window);
  const isCommon = (window: WindowAnswers): boolean =>
    window === first ||
    ("all" in window && window.term !== undefined && first?.term !== undefined && equals(first.term, window.term));
  const others = new Map<number, Outcome>();
  let start = 0;
  for (const window of windows) {
    if (!isCommon(window)) {
      for (let index = 0; index < window.size; index++) {
        others.set(start + index, "all" in window ? window.all : window.each[index]!);
      }
    }
    start += window.size;
  }
  return new Answers(start, first?.all ?? { kind: "not_sent", cause: "nobody" }, others);
}

/** For the way there and back, and a node that is busy. */
const MARGIN_MS = 10_000;
