import { BeamError, readBeam } from "../../beam/beam.js";
import type { FileReader } from "../reader.js";
import type { CheckedApplication, ModuleCode, ModuleFile } from "../rules/context.js";
import { appupScripts } from "../rules/scripts.js";

/**
 * The applications with the code of the modules that rules look into: those that an appup says something of and, where
 * an application is there in several versions, all of its modules, to be compared.
 */
export async function withObjectCode(
  reader: FileReader,
  applications: readonly CheckedApplication[],
): Promise<CheckedApplication[]> {
  const versions = new Map<string, number>();
  for (const { name } of applications) versions.set(name, (versions.get(name) ?? 0) + 1);
  return await Promise.all(
    applications.map(async (application) => {
      const wanted = versions.get(application.name)! > 1 ? undefined : updatedModules(application);
      const files = await Promise.all(
        [...application.modules].map(async ([module, file]): Promise<readonly [string, ModuleFile]> => {
          const isWanted = wanted?.has(module) !== false;
          return [module, isWanted ? await withCode(reader, file) : file];
        }),
      );
      return { ...application, modules: new Map(files) };
    }),
  );
}

/** The modules that the high-level instructions of an application's appup name. */
function updatedModules({ appup }: CheckedApplication): ReadonlySet<string> {
  const scripts = appup === undefined ? [] : appupScripts(appup);
  return new Set(
    scripts.flatMap(({ instructions }) =>
      instructions.flatMap((instruction) =>
        "module" in instruction && typeof instruction.module === "string" ? [instruction.module] : [],
      ),
    ),
  );
}

async function withCode(reader: FileReader, { file }: ModuleFile): Promise<ModuleFile> {
  const bytes = await reader.read(file);
  return bytes === undefined ? { file } : { file, code: codeOf(file, bytes) };
}

function codeOf(file: string, bytes: Uint8Array): ModuleCode {
  if (!file.endsWith(".beam")) return { kind: "script", bytes };
  try {
    return { kind: "beam", bytes, info: readBeam(bytes) };
  } catch (error) {
    if (!(error instanceof BeamError)) throw error;
    return { kind: "damaged", reason: error.message };
  }
}
