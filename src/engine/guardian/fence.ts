import { surface, type Effect } from "../../target/surface.js";
import { atomName, taggedTuple } from "../../terms/access.js";
import { atom, list, type Term } from "../../terms/term.js";
import type { Mfa, Outcome, Target } from "../../target/target.js";
import { evaluate } from "../../otp/erl-eval.js";
import { blockOf } from "./forms-of.js";

/** What a call gives that was not made because the guardian has begun to take the upgrade back. */
export const TAKEN_BACK = "the node has begun to take the upgrade back by itself";

/**
 * The same node behind a fence: a call that changes something is made only as long as the guardian has not begun to
 * take the upgrade back, and the guardian waits for none that is under way when it does. So an upgrader that was
 * stopped for a while, and given up by then, does no harm when it goes on. Calls that only read are made as they are.
 * @param log the guardian's log
 */
export function behindFence(target: Target, log: Term): Target {
  return {
    identity: target.identity,
    down: target.down,
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
    call: async (mfa, options) => {
      if (onlyReads(mfa)) return await target.call(mfa, options);
      const bindings = {
        Arguments: list(...mfa.args),
        Function: atom(mfa.function),
        Log: log,
        Module: atom(mfa.module),
      };
      return outcomeOf(await evaluate(target, blockOf("fence"), bindings, options));
    },
  };
}

const effects: Readonly<Record<string, Effect | undefined>> = surface;

/** An `{apply, MFA}` of a script is on no list, and may do anything. */
const onlyReads = (mfa: Mfa): boolean => effects[`${mfa.module}:${mfa.function}/${mfa.args.length}`] === "read";

function outcomeOf(outcome: Outcome): Outcome {
  if (outcome.kind !== "returned") return outcome;
  const done = taggedTuple(outcome.value, "done", 2);
  if (done !== undefined) return { kind: "returned", value: done[1]! };
  if (atomName(outcome.value) === "lost") return { kind: "not_sent", cause: TAKEN_BACK };
  throw new TypeError("the fence gave neither a result nor lost");
}
