import { objectFileExtension } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { FileReader } from "../../release/reader.js";
import type { Target } from "../../target/target.js";
import { codeMd5 } from "../../upgrade/code-md5.js";
import { namedModules } from "../../upgrade/upgrade.js";
import type { UnnamedModule } from "../../upgrade/upgrade-inspection.js";
import { modulesIn } from "../node-files.js";
import type { PreparedUpgrade } from "../prepared.js";

/** Modules of the changed applications that are new or have other code, but that no instruction names. */
export async function inspectUnnamed(
  target: Target,
  { upgrade, previousDirectories }: PreparedUpgrade,
  files: FileReader,
  options: CallOptions,
): Promise<UnnamedModule[]> {
  const extension = await objectFileExtension(target, options);
  const named = new Set(namedModules(upgrade.script));
  const found: UnnamedModule[] = [];
  for (const { application, directory } of upgrade.libraries) {
    const previous = previousDirectories.get(application);
    // One that is new as a whole is started by add_application.
    if (previous === undefined || previous === directory) continue;
    const [now, before] = [await modulesIn(files, directory, extension), await modulesIn(files, previous, extension)];
    for (const module of now) {
      if (named.has(module)) continue;
      if (!before.includes(module)) found.push({ application, module, change: "added" });
      else if (await differs(files, `${module}${extension}`, directory, previous)) {
        found.push({ application, module, change: "changed" });
      }
    }
  }
  return found;
}

/** Whether the code in two files of a name differs; what the compiler noted of its options doesn't count. */
async function differs(files: FileReader, name: string, directory: string, previous: string): Promise<boolean> {
  const [now, before] = await Promise.all([directory, previous].map((each) => files.read(`${each}/ebin/${name}`)));
  if (now === undefined || before === undefined || Buffer.compare(now, before) === 0) return false;
  return codeMd5(now) !== codeMd5(before);
}
