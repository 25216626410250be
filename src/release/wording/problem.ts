import type { Problem } from "../../terms/problem.js";
import type { Origin } from "../draft/draft.js";
import { wordings, type RuleId } from "./catalog.js";
import type { Found, Wording } from "./wording.js";

/** The problem of a value that breaks a rule. */
export function problemOf(rule: RuleId, origin: Origin, what: Omit<Found, "form">): Problem {
  const found: Found = { ...what, form: origin.form };
  const wording = wordings[rule];
  const summary =
    wording.summary?.(found) ?? `${wording.what} must be ${expectedIn(wording, origin)}, not ${found.text}`;
  return problem(rule, origin, summary, wording.detail, wording.hint?.(found));
}

/** What is odd but valid. `what` is what was found, or its name. */
export function warningOf(rule: RuleId, origin: Origin, what: string): Problem {
  const found = { value: undefined, text: what, field: "", note: what };
  return { ...problemOf(rule, origin, found), severity: "warning" };
}

/** The problem of a field that isn't there; `around` is where the part that should have it was written. */
export function missingProblem(rule: RuleId, around: Origin, field: string): Problem {
  const { what, plural, detail, example } = wordings[rule];
  const expected = expectedIn(wordings[rule], around);
  const added = around.form === "yaml" ? `the key ${field}` : example;
  const hint = added === undefined ? undefined : `Add ${added}.`;
  const summary = `${what} ${plural === true ? "are" : "is"} missing`;
  return problem(rule, around, summary, detail ?? `${plural === true ? "They" : "It"} must be ${expected}.`, hint);
}

function expectedIn({ expected }: Wording, { form }: Origin): string {
  return typeof expected === "string" ? expected : expected[form];
}

function problem(code: string, origin: Origin, summary: string, detail?: string, hint?: string): Problem {
  const span = origin.span();
  return {
    code,
    severity: "error",
    summary,
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(span === undefined ? {} : { span }),
  };
}
