import type { Span } from "../../terms/problem.js";
import { Atom, List, Tuple, type Term } from "../../terms/term.js";
import { ArrayDraft, Fault, Misfit, LeafDraft, ObjectDraft, type Draft, type Origin } from "../draft/draft.js";
import { describeTerm } from "../draft/found.js";
import type { RuleId } from "../wording/catalog.js";

/** Where the part of a term at `path` (an index per nested tuple or list) was written, if that is known. */
export type LocateTerm = (path: readonly number[]) => Span | undefined;

/** A term together with its place in the form that it is part of. */
export class TermNode implements Origin {
  readonly form = "erlang";
  readonly term: Term;
  /** The part that this one is an element of, or how to find places in the whole. */
  readonly #around: TermNode | LocateTerm;
  readonly #index: number;

  constructor(term: Term, around: TermNode | LocateTerm, index = 0) {
    this.term = term;
    this.#around = around;
    this.#index = index;
  }

  /** The place of the part at `path` within this one. */
  locate(path: readonly number[]): Span | undefined {
    const around = this.#around;
    return around instanceof TermNode ? around.locate([this.#index, ...path]) : around(path);
  }

  span(): Span | undefined {
    return this.locate([]);
  }

  describe(): string {
    return describeTerm(this.term);
  }

  /** The elements of a tuple, or of a proper list. Undefined for anything else. */
  elements(kind: "tuple" | "list"): readonly TermNode[] | undefined {
    const { term } = this;
    if (kind === "tuple" ? term instanceof Tuple : term instanceof List && term.isProper) {
      return (term as Tuple | List).elements.map((element, index) => new TermNode(element, this, index));
    }
    return undefined;
  }

  /** The elements of a tuple of this arity. */
  tuple(arity: number): readonly TermNode[] | undefined {
    return this.term instanceof Tuple && this.term.arity === arity ? this.elements("tuple") : undefined;
  }

  isAtom(name: string): boolean {
    return this.term instanceof Atom && this.term.name === name;
  }

  /** A draft of the value, or of the term itself where the value is undefined: no schema takes it for text. */
  leaf(value: unknown): Draft {
    const { term } = this;
    return new LeafDraft(this, value === undefined ? new Misfit(term) : value);
  }

  fault(rule: RuleId, note?: string): Draft {
    return new LeafDraft(this, new Fault(rule, note));
  }

  object(fields: readonly (readonly [string, Draft])[]): Draft {
    return new ObjectDraft(this, fields);
  }

  array(items: readonly Draft[]): Draft {
    return new ArrayDraft(this, items);
  }
}

/** The text of a proper list of characters, as systools_make:string_p/1 takes them: U+FFFE is one. */
export function stringText(term: Term): string | undefined {
  if (!(term instanceof List) || !term.isProper) return undefined;
  let content = "";
  for (const code of term.elements) {
    const isCharacter = typeof code === "number" && code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (!isCharacter) return undefined;
    content += String.fromCodePoint(code);
  }
  return content;
}

// What the leaves of a record are, as drafts of a term.
export const atomDraft = (node: TermNode): Draft => node.leaf(node.term instanceof Atom ? node.term.name : undefined);
export const textDraft = (node: TermNode): Draft => node.leaf(stringText(node.term));
/** A number of the record, or an atom. */
export const limitDraft = (node: TermNode): Draft =>
  typeof node.term === "number" ? node.leaf(node.term) : atomDraft(node);
export const termDraft = (node: TermNode): Draft => node.leaf(node.term);

/** A list, each element made a draft by `item`. */
export function listDraft(node: TermNode, item: (element: TermNode) => Draft): Draft {
  const elements = node.elements("list");
  return elements === undefined ? node.leaf(undefined) : node.array(elements.map(item));
}

export const atomsDraft = (node: TermNode): Draft => listDraft(node, atomDraft);
