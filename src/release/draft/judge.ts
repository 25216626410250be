import type * as z from "zod";
import type { Problem } from "../../terms/problem.js";
import { isRuleId, type RuleId } from "../wording/catalog.js";
import { missingProblem, problemOf } from "../wording/problem.js";
import { Broken, draftAt, Fault, Misfit, plain, type Draft, type LeafDraft } from "./draft.js";
import { suggestion } from "./suggest.js";

export type Judged<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

/** The draft's value where the schema accepts it, else everything that is wrong with it, in the order of the file. */
export function judge<Value>(schema: z.ZodType<Value>, draft: Draft): Judged<Value> {
  const result = schema.safeParse(plain(draft));
  if (result.success) return { ok: true, value: result.data };
  const report = new Report(draft);
  for (const issue of result.error.issues) report.add(issue);
  return { ok: false, problems: report.problems() };
}

class Report {
  readonly #draft: Draft;
  readonly #problems: Problem[] = [];
  readonly #told = new Set<Draft>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  add(issue: z.core.$ZodIssue): void {
    const { draft, exact } = draftAt(this.#draft, issue.path);
    const { rule, note } = ruleOf(issue);
    const field = String(issue.path.at(-1) ?? "");
    if (!exact) {
      this.#problems.push(missingProblem(rule, draft.origin, field));
    } else if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) this.#addUnknownKey(draft, key, note);
    } else {
      // A union tells of itself alone, not of the fault within it.
      const faults = faultsIn(draft);
      for (const fault of faults) this.#addFault(fault);
      if (faults.length === 0) this.#addValue(draft, rule, field, note);
    }
  }

  problems(): readonly [Problem, ...Problem[]] {
    const offset = (problem: Problem): number => problem.span?.start.offset ?? 0;
    return this.#problems.toSorted((a, b) => offset(a) - offset(b)) as [Problem, ...Problem[]];
  }

  #addFault(leaf: LeafDraft): void {
    if (this.#told.has(leaf)) return;
    this.#told.add(leaf);
    if (leaf.value instanceof Broken) {
      this.#problems.push(...leaf.value.problems);
      return;
    }
    const { rule, note } = leaf.value as Fault;
    this.#problems.push(problemOf(rule, leaf.origin, { value: undefined, text: leaf.found(), field: "", note }));
  }

  #addValue(draft: Draft, rule: RuleId, field: string, note: string | undefined): void {
    if (this.#told.has(draft)) return;
    this.#told.add(draft);
    const leaf = draft.kind === "leaf" ? draft : undefined;
    const found = { value: unwrap(leaf?.value), scalar: leaf?.scalar, text: describe(draft), field, note };
    this.#problems.push(problemOf(rule, draft.origin, found));
  }

  #addUnknownKey(draft: Draft, key: string, known: string | undefined): void {
    const origin = (draft.kind === "object" ? draft.keys.get(key) : undefined) ?? draft.origin;
    const note = known === undefined ? undefined : suggestion(key, known.split(" "));
    this.#problems.push(problemOf("unknown-key", origin, { value: key, text: key, field: key, note }));
  }
}

const unwrap = (value: unknown): unknown => (value instanceof Misfit ? value.value : value);

/** The rule that an issue's message names, and what follows the name. */
function ruleOf(issue: z.core.$ZodIssue): { readonly rule: RuleId; readonly note: string | undefined } {
  const [id, ...rest] = issue.message.split(" ");
  if (!isRuleId(id!)) throw new Error(`no rule for the issue ${JSON.stringify(issue)}`);
  return { rule: id, note: rest.length === 0 ? undefined : rest.join(" ") };
}

function describe(draft: Draft): string {
  if (draft.kind === "leaf") return draft.found();
  if (draft.origin.form === "erlang") return draft.kind === "array" ? "a list" : "a tuple";
  return draft.kind === "array" ? "a list" : "a mapping";
}

/** The faults in a draft, itself included. */
function faultsIn(draft: Draft): readonly LeafDraft[] {
  switch (draft.kind) {
    case "leaf":
      return draft.value instanceof Fault || draft.value instanceof Broken ? [draft] : [];
    case "array":
      return draft.items.flatMap(faultsIn);
    case "object":
      return [...draft.fields.values()].flatMap(faultsIn);
  }
}
