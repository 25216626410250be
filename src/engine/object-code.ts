import { getFile, objectFileExtension } from "../otp/code.js";
import { objectCodeExportsCodeChange, objectCodeMd5, objectCodeVsn } from "../otp/beam-lib.js";
import { askEach } from "../otp/batch.js";
import { textOf } from "../terms/access.js";
import type { CallOptions } from "../otp/invoke.js";
import type { LowLevelInstruction } from "../release/instruction.js";
import type { Target } from "../target/target.js";
import { atom } from "../terms/term.js";
import type { Library, ObjectCode } from "../upgrade/upgrade.js";
import type { Binary } from "./prepared.js";

export interface ReadCode {
  readonly facts: ReadonlyMap<string, ObjectCode>;
  readonly code: ReadonlyMap<string, { readonly next?: Binary; readonly previous?: Binary }>;
}

/** New object code that is to be read: what is known of it before that. */
export type WantedCode = Pick<ObjectCode, "module" | "application" | "file" | "listedInApp">;

/**
 * The object code that a script loads, in the `ebin` of each library.
 * @param listed the modules that each application's new `.app` lists
 */
export function wantedCode(
  script: readonly LowLevelInstruction[],
  libraries: readonly Library[],
  listed: ReadonlyMap<string, ReadonlySet<string>>,
  extension: string,
): WantedCode[] {
  const directories = new Map(libraries.map((library) => [library.application, library.directory]));
  return script.flatMap((step) => {
    if (step.instruction !== "load_object_code") return [];
    const { application } = step;
    const ebin = `${directories.get(application) ?? application}/ebin`;
    return step.modules.map((module) => ({
      ...{ module, application, file: `${ebin}/${module}${extension}` },
      listedInApp: listed.get(application)?.has(module) ?? true,
    }));
  });
}

/**
 * Reads all object code that a script loads, and the code it replaces, as `release_handler_1:eval/2` does at
 * `load_object_code`: the new code from the library's `ebin`, the running one from the file it was loaded from.
 * @param listed the modules that each application's new `.app` lists
 */
export async function readObjectCode(
  target: Target,
  script: readonly LowLevelInstruction[],
  libraries: readonly Library[],
  listed: ReadonlyMap<string, ReadonlySet<string>>,
  options: CallOptions,
): Promise<ReadCode> {
  const extension = await objectFileExtension(target, options);
  const wanted = wantedCode(script, libraries, listed, extension);
  const removed = script.flatMap((step) => (step.instruction === "remove" ? [step.module] : []));
  return await readWanted(target, wanted, removed, options);
}

/** Reads object code that lies in files of its own, and belongs to no application's `ebin`. */
export async function codeOfFiles(
  target: Target,
  files: readonly Omit<WantedCode, "listedInApp">[],
  options: CallOptions,
): Promise<ReadCode> {
  const wanted = files.map((file) => ({ ...file, listedInApp: true }));
  return await readWanted(target, wanted, [], options);
}

/** @param removed modules that are only taken away: they must be put back after a failure */
async function readWanted(
  target: Target,
  wanted: readonly WantedCode[],
  removed: readonly string[],
  options: CallOptions,
): Promise<ReadCode> {
  const running = await runningFiles(target, [...wanted.map(({ module }) => module), ...removed], options);
  const read = wanted.map(async (each) => {
    const [next, previous] = await Promise.all([
      readBinary(target, each.file, options),
      readBinary(target, running.get(each.module), options),
    ]);
    return { facts: await factsOf(target, each, next, previous, options), next, previous };
  });
  const kept = removed.map(async (module) => ({
    module,
    previous: await readBinary(target, running.get(module), options),
  }));

  const code = new Map<string, { next?: Binary; previous?: Binary }>();
  for (const { module, previous } of await Promise.all(kept)) code.set(module, { ...(previous && { previous }) });
  const facts = new Map<string, ObjectCode>();
  for (const { facts: found, next, previous } of await Promise.all(read)) {
    facts.set(found.module, found);
    code.set(found.module, { ...(next && { next }), ...(previous && { previous }) });
  }
  return { facts, code };
}

/** The files that modules were loaded from (`code:which/1`). */
async function runningFiles(
  target: Target,
  modules: readonly string[],
  options: CallOptions,
): Promise<Map<string, string>> {
  const args = modules.map((module) => [atom(module)]);
  const outcomes = await askEach(target, "code:which/1", args, options);
  return new Map(
    modules.flatMap((module, index) => {
      const outcome = outcomes[index]!;
      const file = outcome.kind === "returned" ? textOf(outcome.value) : undefined;
      return file === undefined || file === "" ? [] : [[module, file] as const];
    }),
  );
}

async function readBinary(target: Target, file: string | undefined, options: CallOptions): Promise<Binary | undefined> {
  if (file === undefined) return undefined;
  const bytes = await getFile(target, file, options);
  return bytes === undefined ? undefined : { file, bytes };
}

async function factsOf(
  target: Target,
  wanted: WantedCode,
  next: Binary | undefined,
  previous: Binary | undefined,
  options: CallOptions,
): Promise<ObjectCode> {
  const [md5, previousMd5] = await Promise.all([
    next && objectCodeMd5(target, next.bytes, options),
    previous && objectCodeMd5(target, previous.bytes, options),
  ]);
  const [vsn, exportsCodeChange, previousVsn] = await Promise.all([
    md5 === undefined ? undefined : objectCodeVsn(target, next!.bytes, options),
    md5 === undefined ? undefined : objectCodeExportsCodeChange(target, next!.bytes, options),
    previousMd5 === undefined ? undefined : objectCodeVsn(target, previous!.bytes, options),
  ]);
  return { ...wanted, isPresent: next !== undefined, md5, vsn, previousVsn, previousMd5, exportsCodeChange };
}
