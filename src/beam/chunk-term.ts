import { decodeTerm, EtfError } from "../terms/etf/decode.js";
import type { Term } from "../terms/term.js";
import { BeamError } from "./error.js";
import type { Chunk } from "./iff.js";

/** The term that a chunk holds in the external term format. Throws {@link BeamError} when it holds none. */
export function chunkTerm({ name, data, offset }: Chunk): Term {
  try {
    return decodeTerm(data);
  } catch (error) {
    if (!(error instanceof EtfError)) throw error;
    throw new BeamError(name, offset + error.offset, error.expected, error.found);
  }
}
