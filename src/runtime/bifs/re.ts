import { Atom, Bitstring, type List, type Term, Tuple, atom, binary, list, tuple } from "../../terms/term.js";
import type { BifModule } from "../context.js";
import { badarg } from "../process/raised.js";
import { elementsOf, isNamed } from "../support/term.js";

/** Bytes as characters and back: patterns are matched byte by byte, as without the option `unicode`. */
const text = (term: Term | undefined): string =>
  term instanceof Bitstring && term.isBinary ? Buffer.from(term.bytes).toString("latin1") : badarg();
const bytes = (matched: string): Bitstring => binary(new Uint8Array(Buffer.from(matched, "latin1")));

interface Options {
  readonly global: boolean;
  readonly allButFirst: boolean;
}

/** `multiline`, `{capture, all | all_but_first, binary}`, which must be there, and `global`. */
function optionsOf(term: Term): Options {
  const given = elementsOf(term) ?? badarg();
  const captures = given.flatMap((option) => (option instanceof Tuple ? [option] : []));
  const [tag, what, form] = captures.length === 1 ? captures[0]!.elements : [];
  const isCapture = tag !== undefined && isNamed(tag, "capture") && form !== undefined && isNamed(form, "binary");
  if (!isCapture || what === undefined || !(isNamed(what, "all") || isNamed(what, "all_but_first"))) return badarg();
  const names = given.flatMap((option) => (option instanceof Atom ? [option.name] : []));
  if (!names.includes("multiline") || names.some((name) => name !== "global" && name !== "multiline")) return badarg();
  return {
    global: names.includes("global"),
    allButFirst: isNamed(what, "all_but_first"),
  };
}

/** The groups of one match; those that took no part are empty, and left out at the end. */
function groupsOf(match: RegExpMatchArray, { allButFirst }: Options): List {
  const groups: (string | undefined)[] = [...match];
  while (groups.length > 1 && groups.at(-1) === undefined) groups.pop();
  return list(...groups.slice(allButFirst ? 1 : 0).map((group) => bytes(group ?? "")));
}

/** Module `re`: patterns that mean the same to PCRE and to JavaScript, on binaries, with binaries captured. */
export const re: BifModule = {
  "run/3": (_context, subject, pattern, given) => {
    const options = optionsOf(given);
    const expression = new RegExp(text(pattern), "gm");
    const matches = [...text(subject).matchAll(expression)];
    const [first] = matches;
    if (first === undefined) return atom("nomatch");
    const found = options.global ? list(...matches.map((match) => groupsOf(match, options))) : groupsOf(first, options);
    return tuple(atom("match"), found);
  },
};
