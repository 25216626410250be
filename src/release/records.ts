import type { Problem, Span } from "../terms/problem.js";
import type { Term } from "../terms/term.js";
import type { Instruction, LowLevelInstruction, StartType } from "./instruction.js";

/** The typed records of release handling: what a `.rel`, an `.app`, an `.appup` and a `relup` say, in either form. */

/** One application of a release: `{App, Vsn}`, `{App, Vsn, Type}`, `{App, Vsn, Included}`, `{App, Vsn, Type, Included}`. */
export interface RelApplication {
  readonly name: string;
  readonly vsn: string;
  readonly type?: StartType;
  /** Overrides the `included_applications` of the `.app`. */
  readonly includedApplications?: readonly string[];
}

/** rel(4): `{release, {Name, Vsn}, {erts, ErtsVsn}, [Application]}`. */
export interface Rel {
  readonly name: string;
  readonly vsn: string;
  readonly erts: string;
  readonly applications: readonly RelApplication[];
}

/**
 * app(4): `{application, Name, [{Key, Value}]}`. A field that is absent was not written; the others are those without
 * which systools refuses an application (systools_make:check_item/2).
 */
export interface App {
  readonly name: string;
  readonly vsn: string;
  readonly description: string;
  readonly id?: string;
  readonly modules: readonly string[];
  readonly registered: readonly string[];
  readonly applications: readonly string[];
  readonly includedApplications?: readonly string[];
  readonly optionalApplications?: readonly string[];
  readonly env?: readonly (readonly [string, Term])[];
  readonly maxT?: number | "infinity";
  readonly maxP?: number | "infinity";
  readonly startPhases?: readonly (readonly [string, Term])[];
  readonly mod?: { readonly module: string; readonly args: Term };
  readonly runtimeDependencies?: readonly string[];
  /** Keys that app(4) doesn't know, kept as they are. */
  readonly extra?: readonly (readonly [string, Term])[];
  /**
   * The keys as app(4) spells them, in the order they were written, where that isn't the usual one. Only `mod` and
   * `start_phases` may be named here without a value: they are then written `[]` and `undefined`, OTP's words for none.
   */
  readonly order?: readonly string[];
}

/** A version in an appup: an exact one, or a regular expression over versions (written as a binary). */
export type AppupVersion = { readonly exact: string } | { readonly regex: string };

export interface AppupEntry {
  readonly version: AppupVersion;
  readonly instructions: readonly Instruction[];
}

/** appup(4): `{Vsn, [UpFrom], [DownTo]}`. */
export interface Appup {
  readonly vsn: string;
  readonly upFrom: readonly AppupEntry[];
  readonly downTo: readonly AppupEntry[];
}

export interface RelupEntry {
  readonly vsn: string;
  readonly description: Term;
  readonly script: readonly LowLevelInstruction[];
}

/** relup(4): `{Vsn, [UpFrom], [DownTo]}`. */
export interface Relup {
  readonly vsn: string;
  readonly upFrom: readonly RelupEntry[];
  readonly downTo: readonly RelupEntry[];
}

/** A step into a record: a field's name or an index. */
export type Path = readonly (string | number)[];

/** A record together with where each of its parts was written. */
export interface Manifest<Record> {
  readonly file: string;
  readonly record: Record;
  /** What is odd in a file that is valid. */
  readonly warnings: readonly Problem[];
  /** The place of the part at `path`, or of the nearest part around it. */
  locate(path: Path): Span;
}
