import { createHash } from "node:crypto";
import { BeamError, readBeam } from "../beam/beam.js";
import type { Term } from "../terms/term.js";

/** The MD5 of the code in a `.beam` file (`beam_lib:md5/1`), or of all the bytes of another file, in hexadecimal. */
export function codeMd5(bytes: Uint8Array): string {
  try {
    return readBeam(bytes).md5;
  } catch (error) {
    if (!(error instanceof BeamError)) throw error;
    return createHash("md5").update(bytes).digest("hex");
  }
}

/** True for a version that is the code's MD5 as a number: the compiler puts it there where the source declares none. */
export const isMd5Vsn = (vsn: Term | undefined, md5: string): boolean =>
  typeof vsn === "bigint" && vsn === BigInt(`0x${md5}`);
