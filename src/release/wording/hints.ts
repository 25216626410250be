import { textOf } from "../../terms/access.js";
import { printAtom } from "../../terms/print.js";
import { Atom, Bitstring, List, type Term } from "../../terms/term.js";
import type { Found } from "./wording.js";

/** Hints that several rules give. */

const isText = (value: unknown): value is List | Bitstring => value instanceof List || value instanceof Bitstring;

function textOfValue(value: unknown): string | undefined {
  return isText(value) ? textOf(value) : undefined;
}

const quoted = (content: string): string => JSON.stringify(content);

/** For what must be an atom: shows the text that was found as one. */
export function asAtom(found: Found): string | undefined {
  if (found.form === "yaml") {
    return found.value === undefined ? undefined : yamlScalar(found);
  }
  const content = textOfValue(found.value);
  return content === undefined || content === "" ? undefined : `Write it as an atom: ${printAtom(content)}`;
}

/** For what must be a string: shows the atom, binary or number that was found as one. */
export function asString(found: Found): string | undefined {
  if (found.form === "yaml") return yamlScalar(found);
  const { value } = found;
  if (value instanceof Atom) return `Write it as a string: ${quoted(value.name)}`;
  if (value instanceof Bitstring) {
    const content = textOf(value);
    return content === undefined ? undefined : `Write it as a string, without << and >>: ${quoted(content)}`;
  }
  if (typeof value === "number" || typeof value === "bigint") return `Write it as a string: ${quoted(String(value))}`;
  if (value instanceof Object && "kind" in value && (value as Exclude<Term, number | bigint>).kind === "float") {
    return `Write it as a string: ${quoted(found.text.replace(/^the float /, ""))}`;
  }
  return undefined;
}

/** In YAML a number, true, false or null becomes text in quotes. */
function yamlScalar(found: Found): string | undefined {
  const source = /^the (?:number|boolean) (.+)$/s.exec(found.text)?.[1] ?? (found.value === null ? "null" : undefined);
  return source === undefined ? undefined : `Put it in quotes: ${quoted(source)}`;
}
