import { readBeam } from "../beam/beam.js";
import { textOf } from "../terms/access.js";

/** What object code in a package says of itself, as far as it matters before it is loaded anywhere. */
export interface PackagedCode {
  readonly module: string;
  /** As `beam_lib:md5/1`: the same for the same code, wherever it was built. */
  readonly md5: string;
  /** The version of the compiler application, such as `8.2.3`; undefined where the code doesn't say. */
  readonly compiler: string | undefined;
}

/** Reads object code. @throws BeamError where the bytes are none, or damaged */
export function readPackagedCode(bytes: Uint8Array): PackagedCode {
  const { module, md5, compileInfo } = readBeam(bytes);
  return { module, md5, compiler: textOf(compileInfo.get("version")) };
}
