import type * as z from "zod";
import type { Problem } from "../../terms/problem.js";
import { isRuleId, type RuleId } from "../wording/catalog.js";
import { missingProblem, problemOf } from "../wording/problem.js";
import { isStackOverflow } from "../stack-overflow.js";
import { maxTold, moreProblems } from "../wording/told.js";
import { Broken, draftAt, Fault, Misfit, plain, type Draft, type LeafDraft } from "./draft.js";
import { describeKey } from "./found.js";
import { suggestion } from "./suggest.js";

export type Judged<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

/** How much of a list is looked at where the whole has more faults than can be counted. */
const maxItems = 1000;

/** The draft's value where the schema accepts it, else what is wrong with it, in the order of the file. */
export function judge<Value>(schema: z.ZodType<Value>, draft: Draft): Judged<Value> {
  const result = parse(schema, draft);
  if (result.success) return { ok: true, value: result.data };
  const report = new Report(draft);
  for (const issue of result.error.issues) report.add(issue);
  return { ok: false, problems: report.problems() };
}

function parse<Value>(schema: z.ZodType<Value>, draft: Draft): z.ZodSafeParseResult<Value> {
  try {
    return schema.safeParse(plain(draft));
  } catch (error) {
    // zod passes the issues of a part on as arguments, and a call takes some 100,000 of them. A draft is never deep.
    if (!isStackOverflow(error)) throw error;
    const result = schema.safeParse(plain(draft, maxItems));
    return result.success ? schema.safeParse(Symbol("faults too many to count")) : result;
  }
}

class Report {
  readonly #draft: Draft;
  readonly #problems: Problem[] = [];
  readonly #told = new Set<Draft>();
  #untold = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  add(issue: z.core.$ZodIssue): void {
    const { draft, exact } = draftAt(this.#draft, issue.path);
    const { rule, note } = ruleOf(issue);
    const field = String(issue.path.at(-1) ?? "");
    if (!exact) {
      this.#tell(() => [missingProblem(rule, draft.origin, field)]);
    } else if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) this.#tell(() => [unknownKey(draft, key, note)]);
    } else {
      // A union tells of itself alone, not of the fault within it.
      const faults = faultsIn(draft);
      for (const fault of faults) this.#tellOnce(fault, () => faultProblems(fault));
      if (faults.length === 0) this.#tellOnce(draft, () => [valueProblem(draft, rule, field, note)]);
    }
  }

  problems(): readonly [Problem, ...Problem[]] {
    const offset = (problem: Problem): number => problem.span?.start.offset ?? 0;
    const [first, ...rest] = this.#problems.sort((a, b) => offset(a) - offset(b));
    if (this.#untold > 0) rest.push(moreProblems(this.#untold));
    return [first!, ...rest];
  }

  #tellOnce(draft: Draft, make: () => readonly Problem[]): void {
    if (this.#told.has(draft)) return;
    this.#told.add(draft);
    this.#tell(make);
  }

  /** Places and words take time, so only those that are told are made. */
  #tell(make: () => readonly Problem[]): void {
    if (this.#problems.length < maxTold) this.#problems.push(...make());
    else this.#untold++;
  }
}

function faultProblems({ origin, value }: LeafDraft): readonly Problem[] {
  if (value instanceof Broken) return value.problems;
  const { rule, note } = value as Fault;
  return [problemOf(rule, origin, { value: undefined, text: origin.describe(), field: "", note })];
}

function valueProblem(draft: Draft, rule: RuleId, field: string, note: string | undefined): Problem {
  const { origin } = draft;
  const value = draft.kind === "leaf" ? unwrap(draft.value) : undefined;
  return problemOf(rule, origin, { value, scalar: origin.scalarText, text: origin.describe(), field, note });
}

const unwrap = (value: unknown): unknown => (value instanceof Misfit ? value.value : value);

function unknownKey(draft: Draft, key: string, known: string | undefined): Problem {
  const origin = (draft.kind === "object" ? draft.keys?.get(key) : undefined) ?? draft.origin;
  const note = known === undefined ? undefined : suggestion(key, known.split(" "));
  return problemOf("unknown-key", origin, { value: key, text: describeKey(key), field: key, note });
}

/** The rule that an issue's message names, and what follows the name. */
function ruleOf(issue: z.core.$ZodIssue): { readonly rule: RuleId; readonly note: string | undefined } {
  const [id, ...rest] = issue.message.split(" ");
  if (!isRuleId(id!)) throw new Error(`no rule for the issue ${JSON.stringify(issue)}`);
  return { rule: id, note: rest.length === 0 ? undefined : rest.join(" ") };
}

/** The faults in a draft, itself included. */
function faultsIn(draft: Draft): readonly LeafDraft[] {
  switch (draft.kind) {
    case "leaf":
      return draft.value instanceof Fault || draft.value instanceof Broken ? [draft] : [];
    case "array":
      return draft.items.flatMap(faultsIn);
    case "object":
      return draft.fields.flatMap(([, field]) => faultsIn(field));
  }
}
