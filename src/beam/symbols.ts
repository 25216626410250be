import { atomAt, type AtomTable } from "./atoms.js";
import { BeamError } from "./error.js";
import type { Chunk, Chunks } from "./iff.js";

/** A function of a module, without the module. */
export interface FunctionName {
  readonly function: string;
  readonly arity: number;
}

export interface ImportedFunction extends FunctionName {
  readonly module: string;
}

const ENTRY_BYTES = 12;
const MAX_ARITY = 255;

/** The exported functions (chunk `ExpT`), as `beam_lib:chunks(Beam, [exports])` sorts them. Throws {@link BeamError}. */
export function readExports(chunks: Chunks, atoms: AtomTable): FunctionName[] {
  return entries(chunks, "ExpT", (chunk, at, word) => ({
    function: atomAt(atoms, word(at), chunk, at),
    arity: arityAt(chunk, at + 4, word),
  })).sort(byName);
}

/** The imported functions (chunk `ImpT`), as `beam_lib:chunks(Beam, [imports])` sorts them. Throws {@link BeamError}. */
export function readImports(chunks: Chunks, atoms: AtomTable): ImportedFunction[] {
  return entries(chunks, "ImpT", (chunk, at, word) => ({
    module: atomAt(atoms, word(at), chunk, at),
    function: atomAt(atoms, word(at + 4), chunk, at + 4),
    arity: arityAt(chunk, at + 8, word),
  })).sort((a, b) => compareNames(a.module, b.module) || byName(a, b));
}

type Word = (at: number) => number;

/** Both tables are a count and entries of three numbers of 32 bits. */
function entries<Entry>(chunks: Chunks, name: string, read: (chunk: Chunk, at: number, word: Word) => Entry): Entry[] {
  const chunk = chunks.get(name);
  if (chunk === undefined) throw new BeamError(undefined, 0, `a chunk "${name}"`, "none");
  const { data, offset } = chunk;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const count = data.length < 4 ? 0 : view.getUint32(0);
  if (data.length !== 4 + count * ENTRY_BYTES) {
    throw new BeamError(name, offset, `${4 + count * ENTRY_BYTES} bytes for ${count} functions`, `${data.length}`);
  }
  const found: Entry[] = [];
  for (let at = 4; at < data.length; at += ENTRY_BYTES) found.push(read(chunk, at, (where) => view.getUint32(where)));
  return found;
}

function arityAt(chunk: Chunk, at: number, word: Word): number {
  const arity = word(at);
  if (arity > MAX_ARITY) throw new BeamError(chunk.name, chunk.offset + at, "an arity of 0 to 255", `${arity}`);
  return arity;
}

function byName(a: FunctionName, b: FunctionName): number {
  return compareNames(a.function, b.function) || a.arity - b.arity;
}

/** The order of atoms: that of their characters, where UTF-16 units would put those beyond the basic plane too early. */
function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
