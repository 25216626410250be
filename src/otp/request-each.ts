import type { Outcome, Target } from "../target/target.js";
import { atomName, taggedTuple, tupleElements } from "../terms/access.js";
import { atom, type Term } from "../terms/term.js";
import { bind, call, external, name, plus, tupleOf, variable } from "./abstract-form.js";
import type { Answers } from "./answers.js";
import type { ProcessGroup } from "./process-group.js";
import { answersOver, eachWindow, same } from "./windows.js";

/** One message to each of thousands of processes, and what each answered. */

/** Sends `Message`, tagged with `Label`, to each of a window. */
export const SEND = [
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
/** What each has answered within `Timeout` milliseconds. */
export const RESPONSES = call(
  "lists:zipwith/3",
  external("gen:wait_response/2"),
  variable("Requests"),
  same(variable("Until")),
);

/** What {@link requestEach} does with a window. */
export const REQUEST = eachWindow(SEND, RESPONSES);

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

/** `{reply, Reply}`, `{error, {Reason, Process}}`, `timeout`: what `gen:wait_response/2` gives. */
export function readResponse(response: Term): Outcome {
  const reply = taggedTuple(response, "reply", 2);
  if (reply !== undefined) return { kind: "returned", value: reply[1]! };
  if (atomName(response) === "timeout") return { kind: "raised", class: "exit", reason: atom("timeout") };
  const reason = tupleElements(taggedTuple(response, "error", 2)?.[1], 2)?.[0];
  return { kind: "raised", class: "exit", reason: reason ?? response };
}
