import type { Problem, Span } from "../../terms/problem.js";
import type { Path } from "../records.js";
import type { RuleId } from "../wording/catalog.js";

/**
 * What was read of a file, before anything of it is believed: the plain value in the shape of the record it is meant to
 * be, and where each part was written. Both forms of a manifest become one draft, so that one schema judges both.
 */
export type Draft = ObjectDraft | ArrayDraft | LeafDraft;

export type Form = "erlang" | "yaml";

/** Where a part of a draft was written. Places and words are computed when they are asked for. */
export interface Origin {
  readonly form: Form;
  /** How a YAML number, true, false or null is written. */
  readonly scalarText?: string | undefined;
  span(): Span | undefined;
  /** What stands there, in words: `the atom foo`. */
  describe(): string;
}

export class ObjectDraft {
  readonly kind = "object";
  readonly origin: Origin;
  /** Of fields of one name the last one counts. */
  readonly fields: readonly (readonly [string, Draft])[];
  /** Where the keys themselves were written, in YAML. */
  readonly keys: ReadonlyMap<string, Origin> | undefined;
  constructor(
    origin: Origin,
    fields: readonly (readonly [string, Draft])[],
    keys?: Iterable<readonly [string, Origin]>,
  ) {
    this.origin = origin;
    this.fields = fields;
    this.keys = keys === undefined ? undefined : new Map(keys);
  }
}

export class ArrayDraft {
  readonly kind = "array";
  readonly origin: Origin;
  readonly items: readonly Draft[];
  constructor(origin: Origin, items: readonly Draft[]) {
    this.origin = origin;
    this.items = items;
  }
}

export class LeafDraft {
  readonly kind = "leaf";
  readonly origin: Origin;
  /** A value of the record, or a {@link Misfit}, {@link Fault} or {@link Broken} in its place. */
  readonly value: unknown;
  constructor(origin: Origin, value: unknown) {
    this.origin = origin;
    this.value = value;
  }
}

/** In the place of a value that could not be made: the rule that it breaks. No schema accepts it. */
export class Fault {
  readonly rule: RuleId;
  /** What the rule's words need to know beyond what was found. */
  readonly note: string | undefined;
  constructor(rule: RuleId, note?: string) {
    this.rule = rule;
    this.note = note;
  }
}

/** In the place of a part that could not be parsed: what is wrong with it. */
export class Broken {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    this.problems = problems;
  }
}

/** A value where the record wants something else: a term, or a YAML scalar. */
export class Misfit {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** What a schema is given for a value that it must not accept, whatever it wants. */
const unacceptable = Symbol("unacceptable");

const isAcceptable = (value: unknown): boolean =>
  !(value instanceof Misfit || value instanceof Fault || value instanceof Broken);

/** The plain value of a draft: what the schema is given. Of each list at most `maxItems`. */
export function plain(draft: Draft, maxItems = Infinity): unknown {
  switch (draft.kind) {
    case "object": {
      // Keys of a file need an object without prototype: `__proto__` is a key like any other there.
      const value = (draft.keys === undefined ? {} : Object.create(null)) as Record<string, unknown>;
      for (const [key, field] of draft.fields) value[key] = plain(field, maxItems);
      return value;
    }
    case "array":
      return (draft.items.length <= maxItems ? draft.items : draft.items.slice(0, maxItems)).map((item) =>
        plain(item, maxItems),
      );
    case "leaf":
      return isAcceptable(draft.value) ? draft.value : unacceptable;
  }
}

/** The child of a draft at one step, if it has it. */
export function childAt(draft: Draft, step: PropertyKey): Draft | undefined {
  if (draft.kind === "object") return draft.fields.findLast(([key]) => key === step)?.[1];
  if (draft.kind === "array") return typeof step === "number" ? draft.items[step] : undefined;
  return undefined;
}

/** The part at `path`, or the nearest part around it; `exact` tells which. */
export function draftAt(
  draft: Draft,
  path: readonly PropertyKey[],
): { readonly draft: Draft; readonly exact: boolean } {
  let at = draft;
  for (const step of path) {
    const child = childAt(at, step);
    if (child === undefined) return { draft: at, exact: false };
    at = child;
  }
  return { draft: at, exact: true };
}

/** The span of the part at `path`, or of the nearest part around it that has one. */
export function spanAt(draft: Draft, path: Path): Span | undefined {
  let found = draft.origin.span();
  let at: Draft | undefined = draft;
  for (const step of path) {
    at = childAt(at, step);
    if (at === undefined) break;
    found = at.origin.span() ?? found;
  }
  return found;
}
