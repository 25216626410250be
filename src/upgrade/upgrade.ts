import type { Term } from "../terms/term.js";
import type { LowLevelInstruction } from "../release/instruction.js";
import type { Choice } from "./choice.js";
import type { ExpectedVsns } from "./old-vsns.js";

/** An upgrade as it was read and translated, before it is set against a node: plain data. */

/** The directory that an application's code will be read from and its code path replaced by. */
export interface Library {
  readonly application: string;
  readonly vsn: string;
  readonly directory: string;
}

/** Object code of a module that the script loads. The code itself is kept apart, for the engine. */
export interface ObjectCode {
  readonly module: string;
  readonly application: string;
  readonly file: string;
  /** True when there is such a file; then it may still be none that the node can make code of. */
  readonly isPresent: boolean;
  /** MD5 of the new code in hexadecimal. Undefined where there is no such file, or it is no object code. */
  readonly md5: string | undefined;
  /** The version of the new code, as code_change gets it on the way down. */
  readonly vsn: Term | undefined;
  /** The version of the code on disk that is loaded now, as code_change gets it on the way up. */
  readonly previousVsn: Term | undefined;
  /** MD5 of the file that the loaded code came from; undefined where the module is new or the file is gone. */
  readonly previousMd5: string | undefined;
  /** True when the new code exports `code_change/3` or `code_change/4`; undefined where that can't be told. */
  readonly exportsCodeChange: boolean | undefined;
  /** True when the new version's `.app` lists the module. */
  readonly listedInApp: boolean;
  /** The old versions that code_change takes; undefined where the script doesn't call it, or that can't be told. */
  readonly expectedVsns?: ExpectedVsns | undefined;
}

/** Which states are kept while an upgrade is under way, to be put back exactly (`--keep-state`). */
export type KeepState = "never" | "changed";

/** Who does the steps: relupctl one by one, or the node's own release handler all of them (`--executor`). */
export type Executor = "relupctl" | "otp";

export interface Upgrade {
  readonly kind: "release" | "application" | "modules";
  /** The name of the release or the application; of modules by hand, their names. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly direction: "up" | "down";
  /** A relup that came with the release, made here from the appups, or made of the object code of modules alone. */
  readonly origin: "relup" | "appup" | "files";
  readonly script: readonly LowLevelInstruction[];
  /** Libraries of the new version whose code path is replaced at the point of no return. */
  readonly libraries: readonly Library[];
  readonly objectCode: ReadonlyMap<string, ObjectCode>;
  /** Of a release: what its configuration changes, as lines; see `configurationDifferences`. */
  readonly configuration?: readonly string[];
  /**
   * True where the user has every process that runs a module treated as if its child specification named it
   * (`--include-missed`).
   */
  readonly includeMissed?: boolean;
  /** Whether the states of the processes whose code_change will run are kept on the node: `changed` unless it is said. */
  readonly keepState?: KeepState;
  /** Who is to do the steps, where the user has said it. */
  readonly executor?: Executor;
  /** Of modules by hand: the processes that they are changed in. */
  readonly choice?: Choice;
}

/** The instruction by which the script restarts the emulator; undefined where it doesn't. */
export const emulatorRestart = (script: readonly LowLevelInstruction[]): LowLevelInstruction | undefined =>
  script.find(({ instruction }) => instruction === "restart_emulator" || instruction === "restart_new_emulator");

/** Who does the steps: where nothing is said, a script of a release that restarts the emulator is left to OTP. */
export function executorOf({ executor, kind, script }: Pick<Upgrade, "executor" | "kind" | "script">): Executor {
  if (executor !== undefined) return executor;
  return kind === "release" && emulatorRestart(script) !== undefined ? "otp" : "relupctl";
}

/** The modules whose code the script changes or takes away, in the order it does. */
export function changedModules(script: readonly LowLevelInstruction[]): string[] {
  const modules = new Set<string>();
  for (const step of script) {
    if (step.instruction === "load" || step.instruction === "remove") modules.add(step.module);
  }
  return [...modules];
}

/** Every module that the script names in any instruction. */
export function namedModules(script: readonly LowLevelInstruction[]): string[] {
  return [...new Set(script.flatMap(modulesOf))];
}

/** The modules of one low-level instruction. */
export function modulesOf(step: LowLevelInstruction): readonly string[] {
  switch (step.instruction) {
    case "load":
    case "remove":
      return [step.module];
    case "load_object_code":
    case "purge":
    case "resume":
    case "stop":
    case "start":
      return step.modules;
    case "suspend":
    case "code_change":
      return step.modules.map((each) => each.module);
    case "point_of_no_return":
    case "sync_nodes":
    case "apply":
    case "restart_new_emulator":
    case "restart_emulator":
      return [];
  }
}
