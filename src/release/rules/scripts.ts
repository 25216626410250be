import type { Span } from "../../terms/problem.js";
import type { Instruction, LowLevelInstruction } from "../instruction.js";
import type { Appup, AppupVersion, Manifest, Path, Relup } from "../records.js";
import type { CheckContext, CheckedApplication } from "./context.js";

/** The instructions of one entry of an appup or a relup, with their places. */
export interface Script<Each extends Instruction = Instruction> {
  readonly direction: "up" | "down";
  /** Which of the entries of its direction it is. */
  readonly entry: number;
  readonly version: AppupVersion;
  readonly instructions: readonly Each[];
  /** The place of the entry's version. */
  locateVersion(): Span;
  /** The place of an instruction, or of a part of it. */
  locate(index: number, ...part: Path): Span;
}

/** A script of an application's appup. */
export interface AppupScript extends Script {
  readonly application: CheckedApplication;
}

/** The two lists of an appup or a relup. */
export const directions = [
  ["up", "upFrom"],
  ["down", "downTo"],
] as const;

/** Every script of every appup. */
export const allAppupScripts = ({ applications }: CheckContext): AppupScript[] =>
  applications.flatMap((application) =>
    application.appup === undefined
      ? []
      : appupScripts(application.appup).map((script) => ({ ...script, application })),
  );

/** The scripts of an appup, those up first. */
export function appupScripts(appup: Manifest<Appup>): Script[] {
  return directions.flatMap(([direction, field]) =>
    appup.record[field].map(({ version, instructions }, entry) => ({
      direction,
      entry,
      version,
      instructions,
      locateVersion: () => appup.locate([field, entry, "version"]),
      locate: (index, ...part) => appup.locate([field, entry, "instructions", index, ...part]),
    })),
  );
}

/** The scripts of a relup, those up first. */
export function relupScripts(relup: Manifest<Relup>): Script<LowLevelInstruction>[] {
  return directions.flatMap(([direction, field]) =>
    relup.record[field].map(({ vsn, script }, entry) => ({
      direction,
      entry,
      version: { exact: vsn },
      instructions: script,
      locateVersion: () => relup.locate([field, entry, "vsn"]),
      locate: (index, ...part) => relup.locate([field, entry, "script", index, ...part]),
    })),
  );
}

/** Every script of every relup. */
export const allRelupScripts = ({ releases }: CheckContext): Script<LowLevelInstruction>[] =>
  releases.flatMap(({ relup }) => (relup === undefined ? [] : relupScripts(relup)));

/** The instructions of one kind in a script, with their index. */
export function instructionsOf<Name extends Instruction["instruction"]>(
  { instructions }: Script,
  ...names: readonly Name[]
): { readonly index: number; readonly instruction: Extract<Instruction, { readonly instruction: Name }> }[] {
  return instructions.flatMap((instruction, index) =>
    (names as readonly string[]).includes(instruction.instruction)
      ? [{ index, instruction: instruction as Extract<Instruction, { readonly instruction: Name }> }]
      : [],
  );
}
