import { Atom, List, Tuple, type Term } from "../terms/term.js";
import { chunkTerm } from "./chunk-term.js";
import { BeamError } from "./error.js";
import type { Chunk, Chunks } from "./iff.js";

/** A module's attributes by name: the values of all that have one name, in the order they stand in the module. */
export type Attributes = ReadonlyMap<string, readonly Term[]>;

/**
 * The attributes (chunk `Attr`), as `beam_lib:chunks(Beam, [attributes])` gives them; none for a stripped file.
 *
 * Throws {@link BeamError} when the chunk is anything but a list of `{Name, Values}`.
 */
export function readAttributes(chunks: Chunks): Attributes {
  const chunk = chunks.get("Attr");
  const attributes = new Map<string, Term[]>();
  if (chunk === undefined) return attributes;
  for (const [name, values] of pairs(chunk)) {
    if (!(values instanceof List) || !values.isProper) throw wrong(chunk, "a list of values for each attribute");
    const known = attributes.get(name);
    if (known === undefined) attributes.set(name, [...values.elements]);
    else for (const value of values.elements) known.push(value);
  }
  return attributes;
}

/**
 * What the compiler says of itself (chunk `CInf`): `version`, `options`, `source`, by name, the first where one stands
 * twice; nothing for a stripped file. Throws {@link BeamError} when the chunk is anything but a list of pairs.
 */
export function readCompileInfo(chunks: Chunks): ReadonlyMap<string, Term> {
  const chunk = chunks.get("CInf");
  const info = new Map<string, Term>();
  if (chunk !== undefined) for (const [name, value] of pairs(chunk)) if (!info.has(name)) info.set(name, value);
  return info;
}

function pairs(chunk: Chunk): (readonly [string, Term])[] {
  const term = chunkTerm(chunk);
  if (!(term instanceof List) || !term.isProper) throw wrong(chunk, "a list of pairs");
  return term.elements.map((element) => {
    if (!(element instanceof Tuple) || element.arity !== 2) throw wrong(chunk, "a list of pairs");
    const [name, value] = element.elements as readonly [Term, Term];
    if (!(name instanceof Atom)) throw wrong(chunk, "pairs that start with an atom");
    return [name.name, value];
  });
}

function wrong(chunk: Chunk, expected: string): BeamError {
  return new BeamError(chunk.name, chunk.offset, expected, "another term");
}

/** The modules of `-behaviour` attributes and of those that are spelled `-behavior`, each once. */
export function behavioursOf(attributes: Attributes): string[] {
  const modules = new Set<string>();
  for (const spelling of ["behaviour", "behavior"]) {
    for (const module of attributes.get(spelling) ?? []) if (module instanceof Atom) modules.add(module.name);
  }
  return [...modules];
}
