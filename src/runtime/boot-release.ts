import type { Term } from "../terms/term.js";

/**
 * A release as plain data: what the embedded node needs to boot it. Who boots reads the manifests (`.rel`, `.app`) of a
 * release root, in whichever form they are, and hands over what they say.
 */
export interface BootRelease {
  /** The root directory: `lib/` and `releases/` are in it. */
  readonly root: string;
  readonly name: string;
  readonly vsn: string;
  /** What a start without a choice boots, where that isn't this release. */
  readonly startsWith?: string;
  /** The version of erts that the release names. */
  readonly erts: string;
  /** In the order they are loaded and started. */
  readonly applications: readonly BootApplication[];
  /** sys.config: per application its environment, which overrides the one of the `.app`. */
  readonly config?: readonly (readonly [application: string, environment: readonly (readonly [string, Term])[]])[];
}

export interface BootApplication {
  readonly name: string;
  readonly vsn: string;
  /**
   * The application's directory, with its code in `ebin`. Absent for the applications that are part of every embedded
   * node (kernel, stdlib, sasl), which need no directory in a release root.
   */
  readonly directory?: string;
  /** How it is started. Default: `permanent`. */
  readonly type?: "permanent" | "transient" | "temporary" | "load" | "none";
  /** `{application, Name, Keys}`, as in an `.app`. Absent for the built-in ones. */
  readonly specification?: Term;
  /** Overrides the `included_applications` of the specification, as a `.rel` may. */
  readonly includedApplications?: readonly string[];
}
