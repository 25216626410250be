import { textOf } from "../../terms/access.js";
import { printAtom, printTerm } from "../../terms/print.js";
import { Atom, Bitstring, Float, List } from "../../terms/term.js";
import { suggestion } from "../draft/suggest.js";
import type { Found } from "./wording.js";

/** Hints that several rules give. */

const isText = (value: unknown): value is List | Bitstring => value instanceof List || value instanceof Bitstring;

function textOfValue(value: unknown): string | undefined {
  return isText(value) ? textOf(value) : undefined;
}

/** For what must be a list of atoms. */
export const asAtoms = ({ form }: Found): string =>
  form === "yaml" ? "Write a list of names: [a, b]." : "Write a list of atoms: [a, b].";

/** For what must be one of a few names: the one that was probably meant. */
export const meant = (value: unknown, names: readonly string[]): string | undefined =>
  typeof value === "string" ? suggestion(value, names) : undefined;

const quoted = (content: string): string => JSON.stringify(content);

/** A YAML scalar that is no text becomes text in quotes. */
function inQuotes({ scalar }: Found): string | undefined {
  return scalar === undefined ? undefined : `Put it in quotes: ${quoted(scalar)}`;
}

/** For what must be an atom: shows the text that was found as one. */
export function asAtom(found: Found): string | undefined {
  if (found.form === "yaml") return inQuotes(found);
  const content = textOfValue(found.value);
  return content === undefined || content === "" ? undefined : `Write it as an atom: ${printAtom(content)}`;
}

/** For what must be a string: shows the atom, binary or number that was found as one. */
export function asString(found: Found): string | undefined {
  if (found.form === "yaml") return inQuotes(found);
  const { value } = found;
  if (value instanceof Atom) return `Write it as a string: ${quoted(value.name)}`;
  if (value instanceof Bitstring) {
    const content = textOf(value);
    return content === undefined ? undefined : `Write it as a string, without << and >>: ${quoted(content)}`;
  }
  const isNumber = typeof value === "number" || typeof value === "bigint" || value instanceof Float;
  return isNumber ? `Write it as a string: ${quoted(printTerm(value))}` : undefined;
}
