import { BeamError, readBeam } from "../beam/beam.js";
import { codeChangeVsn } from "../beam/vsn.js";
import type { Term } from "../terms/term.js";

/** What an upgrade needs to know of object code. */
export interface InspectedCode {
  /** In hexadecimal. */
  readonly md5: string;
  /** As code_change gets it; undefined where the code has no vsn attribute at all. */
  readonly vsn: Term | undefined;
  /** True when it exports `code_change/3` or `code_change/4`. */
  readonly exportsCodeChange: boolean;
}

/** Reads object code of the BEAM without a node; undefined where it is none. */
export function inspectBeam(bytes: Uint8Array): InspectedCode | undefined {
  try {
    const { md5, vsn, exports } = readBeam(bytes);
    return {
      md5,
      vsn: vsn.length === 0 ? undefined : codeChangeVsn(vsn),
      exportsCodeChange: exports.some(
        ({ function: name, arity }) => name === "code_change" && (arity === 3 || arity === 4),
      ),
    };
  } catch (error) {
    if (error instanceof BeamError) return undefined;
    throw error;
  }
}
