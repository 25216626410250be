import { loadedApplications } from "../../otp/application.js";
import { libDir } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { FileReader } from "../../release/reader.js";
import { readApp } from "../../release/read.js";
import type { Rel } from "../../release/records.js";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import type { InspectedApplication } from "../../upgrade/inspection.js";

/** The versions of every loaded application: as it is loaded, as its `.app` on disk says, and as the release says. */
export async function inspectApplications(
  target: Target,
  files: FileReader,
  rel: Rel | undefined,
  options: CallOptions,
): Promise<InspectedApplication[]> {
  const loaded = await loadedApplications(target, options);
  return await Promise.all(
    loaded.map(async ({ name, vsn }): Promise<InspectedApplication> => {
      const directory = await libDir(target, name, options);
      const vsnOnDisk = directory === undefined ? undefined : await versionOf(files, `${directory}/ebin/${name}.app`);
      const vsnInRelease = rel?.applications.find((application) => application.name === name)?.vsn;
      return { name, vsn, directory, vsnOnDisk, vsnInRelease };
    }),
  );
}

/** The version that an `.app` says, in either form. One that is invalid says none. */
async function versionOf(files: FileReader, file: string): Promise<string | undefined> {
  for (const path of [file, `${file}.yaml`, `${file}.yml`]) {
    const bytes = await files.read(path);
    if (bytes === undefined) continue;
    try {
      return readApp(bytes, path).record.vsn;
    } catch (error) {
      if (error instanceof ProblemError) return undefined;
      throw error;
    }
  }
  return undefined;
}
