import type { Term } from "../terms/term.js";
import type { CodeFacts } from "./code-facts.js";

/** What `doctor` looks at of an upgrade, beside what a plan does: plain data. */
export interface UpgradeInspection {
  /** Changed modules in directories that are sticky. */
  readonly sticky: readonly string[];
  /** What the object code says, per module that the script loads; without what is no code for a real node. */
  readonly code: ReadonlyMap<string, ModuleCode>;
  /** The version of the compiler that made the node's own code; undefined where that can't be told. */
  readonly nodeCompiler: string | undefined;
  /** The version of ERTS that the release asks for, and the one that runs; undefined where no release says. */
  readonly erts: { readonly wanted: string; readonly running: string } | undefined;
  /** Modules of changed applications that the script doesn't name. */
  readonly unnamed: readonly UnnamedModule[];
  readonly consolidated: ConsolidatedProtocols;
  /** The configuration of the release that runs, and of the one to come. */
  readonly config: { readonly before: Term; readonly after: Term };
  /** The children of supervisors that run a changed module, running or not. */
  readonly supervisors: readonly RunningSupervisor[];
}

export interface ModuleCode {
  readonly next: CodeFacts | undefined;
  readonly previous: CodeFacts | undefined;
}

export interface UnnamedModule {
  readonly application: string;
  readonly module: string;
  /** Whether the new version has it for the first time, or with other code. */
  readonly change: "added" | "changed";
}

/** Protocols with all their implementations, which Mix puts into a directory of no application. */
export interface ConsolidatedProtocols {
  /** Those that the node runs consolidated, and that the script loads from an application. */
  readonly replaced: readonly string[];
  /** New implementations that the consolidated protocol doesn't know. */
  readonly unknown: readonly { readonly protocol: string; readonly implementation: string }[];
}

export interface RunningSupervisor {
  readonly pid: string;
  readonly module: string;
  readonly children: readonly {
    readonly id: Term;
    readonly type: "worker" | "supervisor";
    readonly modules: readonly string[] | "dynamic";
  }[];
}
