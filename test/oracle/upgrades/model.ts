/** A generated application in two versions, with a script each way. What Erlang reads stands in it as Erlang text. */

export type Version = 1 | 2;

/** The application under test. */
export const APP = "shop";

export interface ChildSpec {
  /** Also the name that the process is registered under. */
  readonly id: string;
  /** `{M, F, A}` */
  readonly start: string;
  readonly restart: "permanent" | "transient" | "temporary";
  readonly shutdown: string;
  readonly type: "worker" | "supervisor";
  readonly modules: readonly string[] | "dynamic";
}

export interface SupervisorSpec {
  readonly strategy: "one_for_one" | "one_for_all" | "rest_for_one" | "simple_one_for_one";
  readonly intensity: number;
  readonly period: number;
  readonly children: readonly ChildSpec[];
}

/** How code_change (of any behaviour) goes: not there at all, well, or with an error in one direction. */
export type CodeChanging = "none" | "converts" | `${"refuses" | "raises"} ${"up" | "down"}`;

interface ModuleBase {
  readonly name: string;
  readonly version: Version;
  /** The term of the `-vsn` attribute. */
  readonly vsn: string | undefined;
}

export type ModuleSource = ModuleBase &
  (
    | { readonly kind: "server"; readonly codeChange: CodeChanging; readonly keepsFunOf: string | undefined }
    | {
        readonly kind: "statem";
        readonly codeChange: CodeChanging;
        readonly mode: "state_functions" | "handle_event_function";
      }
    | { readonly kind: "handler"; readonly codeChange: CodeChanging }
    | { readonly kind: "special"; readonly codeChange: CodeChanging; readonly tellsState: boolean }
    /** By the registered name of the supervisor: several may have the same callback module. */
    | { readonly kind: "supervisor"; readonly supervisors: ReadonlyMap<string, SupervisorSpec> }
    | { readonly kind: "library" }
    | { readonly kind: "application"; readonly top: string }
    /** Erlang text of its own, behind the attributes. */
    | { readonly kind: "written"; readonly body: string }
  );

export interface ApplicationVersion {
  readonly version: Version;
  readonly modules: readonly ModuleSource[];
  /** More keys of the `.app`. */
  readonly keys: readonly string[];
}

export interface UpgradeCase {
  readonly versions: Readonly<Record<Version, ApplicationVersion>>;
  /** Instructions of the appup, from 1 to 2 and back. */
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** Modules that are loaded before the application starts, whether something calls them or not. */
  readonly loaded: readonly string[];
  /** What is done when the application has started, as expressions. */
  readonly afterStart: readonly string[];
}

/** Every module of either version. */
export function moduleNames({ versions }: UpgradeCase): string[] {
  return [...new Set([...versions[1].modules, ...versions[2].modules].map(({ name }) => name))].sort();
}

/** Every name that a process of either version may be registered under, as far as child specifications tell. */
export function processNames({ versions }: UpgradeCase): string[] {
  const names = [...versions[1].modules, ...versions[2].modules].flatMap((module) =>
    module.kind === "supervisor"
      ? [...module.supervisors].flatMap(([name, { children }]) => [name, ...children.map(({ id }) => id)])
      : [],
  );
  return [...new Set(names)].sort();
}
