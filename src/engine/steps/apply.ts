import { applyInstruction } from "../../otp/apply.js";
import { reasonWithoutStack } from "../../otp/batch.js";
import type { Apply } from "../../release/instruction.js";
import type { Outcome } from "../../target/target.js";
import { taggedTuple } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { noteCompensation } from "./compensation.js";

/**
 * Calls the function that the instruction names. What it returns is of no account, as in OTP; raising fails the step. An
 * application that doesn't start fails it too: OTP would go on without the application.
 */
export async function apply({ mfa }: Apply, context: ExecutionContext): Promise<number> {
  const afterCall = await noteCompensation(mfa, context);
  const outcome = await applyInstruction(context.target, mfa, context.timeouts.callMs);
  const called = `${mfa.module}:${mfa.function}/${mfa.args.length}`;
  if (outcome.kind !== "returned") {
    throw new StepFailure({
      code: "apply-failed",
      summary: `${called} ${whatBecameOf(outcome)}`,
      detail: `It was called as the upgrade script says, with ${mfa.args.map((arg) => printTerm(arg)).join(", ") || "no arguments"}.`,
      hint: "See the node's log; the function may have done a part of its work.",
    });
  }
  await afterCall?.(outcome.value);
  if (mfa.module === "application" && mfa.function === "start") expectStarted(mfa.args[0]!, outcome.value);
  return 0;
}

/** `ok`, or that it runs already. */
function expectStarted(application: Term, answer: Term): void {
  const reason = taggedTuple(answer, "error", 2)?.[1];
  if (reason === undefined || taggedTuple(reason, "already_started", 2) !== undefined) return;
  throw new StepFailure({
    code: "application-not-started",
    summary: `the application ${printTerm(application)} did not start: ${printTerm(reason)}`,
    detail: "The upgrade would leave the node without it.",
    hint: "See the node's log for why it did not start.",
  });
}

function whatBecameOf(outcome: Exclude<Outcome, { kind: "returned" }>): string {
  switch (outcome.kind) {
    case "raised":
      return `raised ${outcome.class} ${printTerm(reasonWithoutStack(outcome.reason))}`;
    case "not_sent":
      return `could not be called: ${outcome.cause}`;
    case "unknown":
      return outcome.cause === "timeout" ? "did not return in time" : "was cut off by the loss of the connection";
  }
}
