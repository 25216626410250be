import type { Form } from "../draft/draft.js";

/** What was found where a rule is broken. */
export interface Found {
  readonly form: Form;
  /** The value as it was read; undefined where it is missing. */
  readonly value: unknown;
  /** The value in words: `the atom foo`. */
  readonly text: string;
  /** How a YAML number, true, false or null is written. */
  readonly scalar?: string | undefined;
  /** The last step of the path: a field's name or an index. */
  readonly field: string;
  /** What whoever found the fault adds. */
  readonly note: string | undefined;
}

/** The words for one rule. Its id is the code of the problem. */
export interface Wording {
  /** The subject: `the module`. */
  readonly what: string;
  /** True where `what` is a plural. */
  readonly plural?: true;
  /** How a missing one is written in Erlang. */
  readonly example?: string;
  /** What it must be: `an atom`; in YAML, where that is another word. */
  readonly expected: string | Readonly<Record<Form, string>>;
  /** The whole summary, where "<what> must be <expected>, not <found>" doesn't do. */
  readonly summary?: (found: Found) => string;
  /** Why: what the rule is for, or what OTP does with it. */
  readonly detail?: string;
  readonly hint?: (found: Found) => string | undefined;
}

/** What the small parts are called in each form. */
export const anAtom = { erlang: "an atom", yaml: "a name" };
export const atomList = { erlang: "a list of atoms", yaml: "a list of names" };
export const aString = { erlang: "a string", yaml: "text" };

/** Keeps the ids of a catalog while its entries are checked. */
export const catalog = <Ids extends string>(entries: Record<Ids, Wording>): Record<Ids, Wording> => entries;
