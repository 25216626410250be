import { atom, list, string, tuple, type Term } from "../../src/terms/term.js";

/** Short ways to write terms in generators: a string is an atom, an array a tuple, `L` a list, `S` an Erlang string. */
export type Shorthand = Term | string | readonly Shorthand[];

export const T = (shorthand: Shorthand): Term => {
  if (typeof shorthand === "string") return atom(shorthand);
  return Array.isArray(shorthand) ? tuple(...(shorthand as readonly Shorthand[]).map(T)) : (shorthand as Term);
};
export const L = (...elements: readonly Shorthand[]): Term => list(...elements.map(T));
export const S = (text: string): Term => string(text);
