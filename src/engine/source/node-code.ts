import { whichApplications, type RunningApplication } from "../../otp/application.js";
import { libDir, rootDir } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import type { FileReader } from "../../release/reader.js";
import type { Target } from "../../target/target.js";
import type { Library } from "../../upgrade/upgrade.js";
import { nodeFiles } from "../node-files.js";
import { readObjectCode, type ReadCode } from "../object-code.js";
import { identifyRelease } from "./running-release.js";

/**
 * What has to be known of a node to read an upgrade of it: which versions run, and where their code lies. The node
 * itself tells it, or a snapshot of the node. Paths are those of the node.
 */
export interface NodeCode {
  /** The node's name. */
  readonly node: string;
  readonly files: FileReader;
  /** The release root. */
  rootDir(): Promise<string>;
  /** The running applications, the last started first. */
  applications(): Promise<readonly RunningApplication[]>;
  /** Which release it runs; undefined where nothing tells. */
  release(
    root: string,
    running: readonly RunningApplication[],
  ): Promise<{ readonly name: string; readonly vsn: string } | undefined>;
  /** The directory of an application's code; undefined where the code path has none. */
  libDir(application: string): Promise<string | undefined>;
  /**
   * The object code that a script loads, and the code it replaces.
   * @param listed the modules that each application's new `.app` lists
   */
  objectCode(
    script: readonly LowLevelInstruction[],
    libraries: readonly Library[],
    listed: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<ReadCode>;
}

/** The code of a running node, as the node itself tells it. */
export function liveCode(target: Target, options: CallOptions = {}): NodeCode {
  const files = nodeFiles(target, options);
  return {
    node: target.identity.node,
    files,
    rootDir: () => rootDir(target, options),
    applications: () => whichApplications(target, options),
    release: (root, running) => identifyRelease(target, files, root, running, options),
    libDir: (application) => libDir(target, application, options),
    objectCode: (script, libraries, listed) => readObjectCode(target, script, libraries, listed, options),
  };
}
