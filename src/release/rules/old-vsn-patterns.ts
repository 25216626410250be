import { atomName, listElements, stringText, taggedTuple } from "../../terms/access.js";
import { binary, List, Tuple, type Term } from "../../terms/term.js";

/** Which old versions the clauses of a module's `code_change` take, in one direction. */
export interface OldVsnPatterns {
  /** The versions that are written out. */
  readonly literals: readonly Term[];
  /** Whether a clause takes others too, as far as can be told. */
  readonly takesOthers: boolean;
}

/**
 * The first argument of `code_change/3` and `/4` in abstract code (the forms of erl_parse): `Vsn` on the way up,
 * `{down, Vsn}` on the way down. Undefined where the module has no such function. Whatever is no literal (a variable, a
 * variable that a guard looks at, a pattern with variables in it) counts as one that takes other versions.
 */
export function oldVsnPatterns(forms: Term, direction: "up" | "down"): OldVsnPatterns | undefined {
  const clauses = (listElements(forms) ?? []).flatMap(codeChangeClauses);
  if (clauses.length === 0) return undefined;
  const literals: Term[] = [];
  let takesOthers = false;
  for (const pattern of clauses.flatMap(alternatives)) {
    const vsn = vsnPattern(pattern, direction);
    if (vsn === undefined) continue;
    const literal = literalOf(vsn);
    if (literal === undefined) takesOthers = true;
    else literals.push(literal);
  }
  return { literals, takesOthers };
}

/** The first pattern of each clause of `{function, Anno, code_change, Arity, Clauses}`. */
function codeChangeClauses(form: Term): Term[] {
  const [, , name, arity, clauses] = taggedTuple(form, "function", 5) ?? [];
  if (atomName(name) !== "code_change" || (arity !== 3 && arity !== 4)) return [];
  return (listElements(clauses) ?? []).flatMap((clause) => {
    const [, , patterns] = taggedTuple(clause, "clause", 5) ?? [];
    return (listElements(patterns) ?? []).slice(0, 1);
  });
}

/** `Vsn = "1"` is as much as `"1"`. */
function alternatives(pattern: Term): Term[] {
  const [, , left, right] = taggedTuple(pattern, "match", 4) ?? [];
  if (left === undefined || right === undefined) return [pattern];
  const sides = [...alternatives(left), ...alternatives(right)];
  const written = sides.filter((side) => taggedTuple(side, "var") === undefined);
  return written.length > 0 ? written.slice(0, 1) : [pattern];
}

/** What a pattern says of the version in a direction; undefined where the pattern is for the other one. */
function vsnPattern(pattern: Term, direction: "up" | "down"): Term | undefined {
  if (taggedTuple(pattern, "var") !== undefined) return pattern;
  const elements = listElements(taggedTuple(pattern, "tuple", 3)?.[2]);
  const isDown = elements?.length === 2 && atomName(taggedTuple(elements[0], "atom", 3)?.[2]) === "down";
  if (direction === "down") return isDown ? elements[1] : undefined;
  return isDown ? undefined : pattern;
}

/** The term of a pattern without variables; undefined for others. */
function literalOf(pattern: Term): Term | undefined {
  const [tag, , first, second] = pattern instanceof Tuple ? pattern.elements : [];
  switch (atomName(tag)) {
    case "integer":
    case "float":
    case "atom":
    case "string":
    case "char":
      return first;
    case "nil":
      return new List([]);
    case "cons":
      return consOf(first, second);
    case "tuple": {
      const elements = listElements(first)?.map(literalOf);
      return elements?.every((each) => each !== undefined) === true ? new Tuple(elements) : undefined;
    }
    case "bin":
      return binaryOf(first);
    default:
      return undefined;
  }
}

function consOf(head: Term | undefined, tail: Term | undefined): Term | undefined {
  const first = head === undefined ? undefined : literalOf(head);
  const rest = tail === undefined ? undefined : literalOf(tail);
  return first === undefined || rest === undefined ? undefined : new List([first], rest);
}

/** `<<"1.0">>`. */
function binaryOf(elements: Term | undefined): Term | undefined {
  const [only, ...more] = listElements(elements) ?? [];
  const [, , value, size, types] = taggedTuple(only, "bin_element", 5) ?? [];
  const text = stringText(taggedTuple(value, "string", 3)?.[2]);
  const isPlain = atomName(size) === "default" && atomName(types) === "default";
  return text === undefined || !isPlain || more.length > 0 ? undefined : binary(Uint8Array.from(text, latin1));
}

const latin1 = (character: string): number => character.codePointAt(0)! & 0xff;
