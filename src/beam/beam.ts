import type { Term } from "../terms/term.js";
import { readAtoms } from "./atoms.js";
import { behavioursOf, readAttributes, readCompileInfo, type Attributes } from "./attributes.js";
import { hasDebugInfo } from "./debug-info.js";
import { gunzip } from "./gunzip.js";
import { readChunks } from "./iff.js";
import { beamMd5 } from "./md5.js";
import { readExports, readImports, type FunctionName, type ImportedFunction } from "./symbols.js";

export { readAbstractCode } from "./debug-info.js";
export { BeamError } from "./error.js";

/** What a compiled module says of itself. */
export interface BeamInfo {
  readonly module: string;
  /** The values of `-vsn`, as `beam_lib:version/1`; none for a stripped file, which has no attributes. */
  readonly vsn: readonly Term[];
  /** 32 hexadecimal digits, as `beam_lib:md5/1`. */
  readonly md5: string;
  /** Every attribute by name, `vsn` and the behaviours among them. */
  readonly attributes: Attributes;
  /** What the compiler noted, by name: `version`, `options`, `source`. */
  readonly compileInfo: ReadonlyMap<string, Term>;
  /** By name, then arity; `module_info` among them. */
  readonly exports: readonly FunctionName[];
  /** The functions of other modules that it calls by name, sorted. */
  readonly imports: readonly ImportedFunction[];
  /** The modules named by `-behaviour` and `-behavior`, each once. */
  readonly behaviours: readonly string[];
  /** Whether the file holds the source in some form, readable or encrypted. */
  readonly hasDebugInfo: boolean;
}

/**
 * What the `.beam` file in `bytes` says of itself, compressed or not, of OTP 25 to 28 and back to files with a Latin-1
 * atom table. Follows `beam_lib`; code and literals are not looked into.
 *
 * Throws {@link BeamError} when the bytes are no BEAM file, or a part that is read is damaged.
 */
export function readBeam(bytes: Uint8Array): BeamInfo {
  const chunks = readChunks(gunzip(bytes));
  const atoms = readAtoms(chunks);
  const attributes = readAttributes(chunks);
  return {
    module: atoms[1]!,
    vsn: attributes.get("vsn") ?? [],
    md5: beamMd5(chunks),
    attributes,
    compileInfo: readCompileInfo(chunks),
    exports: readExports(chunks, atoms),
    imports: readImports(chunks, atoms),
    behaviours: behavioursOf(attributes),
    hasDebugInfo: hasDebugInfo(chunks),
  };
}
