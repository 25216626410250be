import type { BeamInfo } from "../../beam/beam.js";
import type { App, Appup, Manifest, Rel, Relup } from "../records.js";

/** What a rule may look at: everything that was found where relupctl was told to check, read and parsed. */
export interface CheckContext {
  /** Every version of every application. */
  readonly applications: readonly CheckedApplication[];
  /** From the lowest version to the highest. */
  readonly releases: readonly CheckedRelease[];
}

/** One version of an application. What can't be read, or isn't there, is missing; reading has told of it. */
export interface CheckedApplication {
  readonly name: string;
  /** The directory that its files lie in. */
  readonly ebin: string;
  readonly app?: Manifest<App>;
  /** There is a file, be it valid or not. */
  readonly appupFile?: string;
  readonly appup?: Manifest<Appup>;
  /** The files of modules in `ebin`, by module, whether its `.app` lists them or not. None in a tree of sources. */
  readonly modules: ReadonlyMap<string, ModuleFile>;
}

export interface ModuleFile {
  readonly file: string;
  /** Undefined where no rule can want it: the code of modules is read only where an appup says something of them. */
  readonly code?: ModuleCode;
}

export type ModuleCode =
  | { readonly kind: "beam"; readonly bytes: Uint8Array; readonly info: BeamInfo }
  /** A module of the embedded node. It can be compared with another version, no more. */
  | { readonly kind: "script"; readonly bytes: Uint8Array }
  | { readonly kind: "damaged"; readonly reason: string };

/** What lies in one directory of a release: `releases/<vsn>`. */
export interface CheckedRelease {
  /** Nearly always one. */
  readonly rels: readonly Manifest<Rel>[];
  readonly relup?: Manifest<Relup>;
}

/** The application of that name and version, if it is there. */
export function applicationOf(
  { applications }: CheckContext,
  name: string,
  vsn: string,
): CheckedApplication | undefined {
  return applications.find((application) => application.name === name && application.app?.record.vsn === vsn);
}

/** Whether the application's `.app` lists the module. */
export const lists = ({ app }: CheckedApplication, module: string): boolean =>
  app?.record.modules.includes(module) === true;
