import { printTerm } from "../terms/print.js";
import type { Term } from "../terms/term.js";
import { parseSurfaceName, type SurfaceName } from "../target/surface.js";
import type { Outcome, Target } from "../target/target.js";

/** How long a call may take where the caller doesn't say: OTP's own default for `gen:call`. */
export const DEFAULT_TIMEOUT_MS = 5_000;

export interface CallOptions {
  readonly timeoutMs?: number;
}

/** A call to the node that didn't return. What became of it is in `outcome`. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly called: string;
  readonly outcome: Exclude<Outcome, { kind: "returned" }>;
  constructor(called: string, outcome: Exclude<Outcome, { kind: "returned" }>) {
    super(`${called} ${describe(outcome)}`);
    this.called = called;
    this.outcome = outcome;
  }
}

function describe(outcome: Exclude<Outcome, { kind: "returned" }>): string {
  switch (outcome.kind) {
    case "raised":
      return `raised ${outcome.class} ${printTerm(outcome.reason)}`;
    case "not_sent":
      return `was not sent: ${outcome.cause}`;
    case "unknown":
      return outcome.cause === "timeout" ? "did not answer in time" : "was cut off: the connection was lost";
  }
}

/**
 * Calls a function of the surface and gives what became of it.
 * @param name the function, which the surface must list with as many arguments
 */
export async function attempt(
  target: Target,
  name: SurfaceName,
  args: readonly Term[],
  options: CallOptions = {},
): Promise<Outcome> {
  const { module, function: fun, arity } = parseSurfaceName(name);
  if (arity !== args.length) throw new TypeError(`${name} called with ${args.length} arguments`);
  return await target.call({ module, function: fun, args }, { timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS });
}

/** What came of a question that the node has answered. */
export type Answer = Extract<Outcome, { kind: "returned" | "raised" }>;

/**
 * The outcome of a question, where it was answered. One that wasn't tells nothing; read like one that raised, what was
 * asked for would seem not to be there.
 * @throws CallError when it wasn't sent, or the answer didn't come
 */
export function answered(called: string, outcome: Outcome): Answer {
  if (outcome.kind === "returned" || outcome.kind === "raised") return outcome;
  throw new CallError(called, outcome);
}

/** As {@link attempt}, for a question: throws what {@link answered} throws. */
export async function ask(
  target: Target,
  name: SurfaceName,
  args: readonly Term[],
  options: CallOptions = {},
): Promise<Answer> {
  return answered(name, await attempt(target, name, args, options));
}

/**
 * Calls a function of the surface and gives the value it returned.
 * @throws CallError when it raised, wasn't sent, or didn't answer
 */
export async function invoke(
  target: Target,
  name: SurfaceName,
  args: readonly Term[],
  options: CallOptions = {},
): Promise<Term> {
  const outcome = await attempt(target, name, args, options);
  if (outcome.kind === "returned") return outcome.value;
  throw new CallError(name, outcome);
}

/** A node answered with a term of a form that the function called doesn't have. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
  constructor(called: string, answer: Term) {
    super(`${called} answered ${printTerm(answer)}, which is not a form it has`);
  }
}
