import type { Problem, Severity, Span } from "../../terms/problem.js";
import type { CheckContext } from "./context.js";

/** One thing that can be wrong with manifests that are valid each by itself. Pure. */
export interface Rule {
  /** What it can find. */
  readonly codes: readonly CodeMeaning[];
  readonly check: (context: CheckContext) => readonly Problem[];
}

/** A code, for docs/checks.md. */
export interface CodeMeaning {
  readonly code: string;
  /**
   * `error` where OTP refuses the upgrade, or it would fail, or do something else than what is written; `warning` where
   * it goes through and may not be what was meant.
   */
  readonly severity: Severity;
  /** One sentence. */
  readonly meaning: string;
}

/** A problem that a rule of one code found. */
export interface Found {
  readonly summary: string;
  readonly detail?: string;
  readonly hint: string;
  readonly span: Span;
}

/** A rule that has one code. */
export function defineRule(
  meaning: CodeMeaning & { readonly check: (context: CheckContext) => readonly Found[] },
): Rule & { readonly code: string } {
  const { code, severity, check } = meaning;
  return {
    code,
    codes: [{ code, severity, meaning: meaning.meaning }],
    check: (context) => check(context).map((found) => ({ code, severity, ...found })),
  };
}
