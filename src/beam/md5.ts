import { createHash } from "node:crypto";
import { BeamError } from "./error.js";
import type { Chunks } from "./iff.js";

/** In the order in which they are hashed (`beam_lib:md5_chunks/0`). */
const HASHED = ["Atom", "AtU8", "Code", "StrT", "ImpT", "ExpT", "FunT", "LitT", "Meta"];
const MANDATORY = new Set(["Code", "ExpT", "ImpT", "StrT"]);

/**
 * The MD5 of what a module does, in hexadecimal, as `beam_lib:md5/1` has it: over the chunks that matter when it runs,
 * so neither its attributes nor its debug information count. Throws {@link BeamError} when one of those is missing.
 */
export function beamMd5(chunks: Chunks): string {
  const hash = createHash("md5");
  for (const name of HASHED) {
    const chunk = chunks.get(name);
    if (chunk !== undefined) hash.update(name === "FunT" ? withoutUniq(chunk.data) : chunk.data);
    else if (MANDATORY.has(name)) throw new BeamError(undefined, 0, `a chunk "${name}"`, "none");
  }
  return hash.digest("hex");
}

/** The last of the six numbers of each fun is a hash of the whole module; it counts as zero. */
function withoutUniq(data: Uint8Array): Uint8Array {
  const zeroed = Uint8Array.from(data);
  for (let entry = 4; entry + 24 <= zeroed.length; entry += 24) zeroed.fill(0, entry + 20, entry + 24);
  return zeroed;
}
