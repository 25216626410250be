import type { Outcome, Target } from "../target/target.js";
import { taggedTuple } from "../terms/access.js";
import { atom, type Term } from "../terms/term.js";
import { pidOf } from "./decode.js";
import { CallError, DEFAULT_TIMEOUT_MS, invoke } from "./invoke.js";
import { ProcessGroup } from "./process-group.js";
import { systemMessageEach } from "./request-each.js";

/** What a process answers to the system messages get_state and replace_state, which `sys:get_state/2` reads. */

const asked = new WeakMap<Target, boolean>();

/**
 * Whether processes of the node tell their states as `{ok, State}`. OTP does since 26.1; before, a state that was
 * `{error, _}` could not be told from a failure. Changes of OTP are also brought to older versions, so it isn't the
 * version that is asked for, but the supervisor of kernel, whose state is a record.
 * @throws CallError when the node can't be asked, or that supervisor doesn't answer
 */
export async function tagsStates(target: Target): Promise<boolean> {
  const known = asked.get(target);
  if (known !== undefined) return known;
  const pid = pidOf(await invoke(target, "erlang:whereis/1", [atom("kernel_sup")]));
  if (pid === undefined) return false;
  const answers = await systemMessageEach(target, new ProcessGroup([pid]), atom("get_state"), DEFAULT_TIMEOUT_MS);
  const outcome = answers.at(0);
  if (outcome.kind !== "returned") throw new CallError("sys:get_state/2", outcome);
  const isTagged = taggedTuple(outcome.value, "ok", 2) !== undefined;
  asked.set(target, isTagged);
  return isTagged;
}

/** The state in an answer, or the error that `sys:get_state/2` makes of it. */
export function stateIn(answer: Term, isTagged: boolean): Outcome {
  const failed = taggedTuple(answer, "error", 2);
  if (failed !== undefined) return { kind: "raised", class: "error", reason: failed[1]! };
  return { kind: "returned", value: isTagged ? (taggedTuple(answer, "ok", 2)?.[1] ?? answer) : answer };
}
