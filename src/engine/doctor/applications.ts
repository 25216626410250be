import { loadedApplications } from "../../otp/application.js";
import { libDir } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { FileReader } from "../../release/reader.js";
import { readApp, readRel } from "../../release/read.js";
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
    if (bytes !== undefined) return valid(() => readApp(bytes, path).record.vsn);
  }
  return undefined;
}

/** The `.rel` in a release's directory; undefined where there is none, or an invalid one. */
export async function readRelIn(files: FileReader, directory: string): Promise<Rel | undefined> {
  const name = (await files.list(directory))?.find((each) => /\.rel(\.ya?ml)?$/.test(each));
  const bytes = name === undefined ? undefined : await files.read(`${directory}/${name}`);
  return bytes === undefined ? undefined : valid(() => readRel(bytes, `${directory}/${name}`).record);
}

function valid<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
