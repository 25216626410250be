import { nameText } from "../paint.js";

/** A module's name for people: a module of Elixir as Elixir writes it, without the prefix that the atom has. */
export function moduleText(module: string): string {
  return isElixir(module) ? nameText(module.slice(PREFIX.length)) : nameText(module);
}

const PREFIX = "Elixir.";
const isElixir = (name: string): boolean => /^Elixir\.[A-Z]/.test(name);

/** A module that somebody has named: one of Elixir may be written with or without the prefix of its atom. */
export const moduleNamed = (name: string): string => (/^[A-Z]/.test(name) && !isElixir(name) ? PREFIX + name : name);
