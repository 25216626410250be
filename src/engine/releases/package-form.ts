import { createHash } from "node:crypto";
import { posix } from "node:path";
import { objectFileExtension } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import { readPackagedCode, type PackagedCode } from "../../release/packaged-code.js";
import type { Target } from "../../target/target.js";

/** What packages for a node consist of. */
export interface PackageForm {
  /** Of object code, with its dot. */
  readonly extension: string;
  /** Endings of manifests, after `.rel` and `.app`, in the order they are looked for. */
  readonly manifestEndings: readonly string[];
  readonly hasBootScripts: boolean;
  /** Applications that are part of the node itself, in any version. */
  readonly supplied: ReadonlySet<string>;
  readonly readCode: (bytes: Uint8Array, path: string) => PackagedCode;
}

const COMPILED: PackageForm = {
  extension: ".beam",
  manifestEndings: [""],
  hasBootScripts: true,
  supplied: new Set(),
  readCode: readPackagedCode,
};

/** JavaScript doesn't say what module it is; it is the one that its file is named after. */
const EMBEDDED: PackageForm = {
  extension: ".js",
  manifestEndings: ["", ".yaml", ".yml"],
  hasBootScripts: false,
  supplied: new Set(["kernel", "stdlib", "sasl"]),
  readCode: (bytes, path) => ({
    module: posix.basename(path, ".js"),
    md5: createHash("md5").update(bytes).digest("hex"),
    compiler: undefined,
  }),
};

export async function packageForm(target: Target, options: CallOptions = {}): Promise<PackageForm> {
  return (await objectFileExtension(target, options)) === EMBEDDED.extension ? EMBEDDED : COMPILED;
}
