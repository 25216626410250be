import { codePath, listDirectories } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { changedModules, type Upgrade } from "../../upgrade/upgrade.js";
import type { ConsolidatedProtocols } from "../../upgrade/upgrade-inspection.js";
import { isConsolidated } from "./code-path.js";

/**
 * Sets the consolidated protocols that the node runs against the upgrade. Where that is of a release, the script loads
 * those of the new one itself; one of a single application has none.
 */
export async function inspectConsolidated(
  target: Target,
  upgrade: Upgrade,
  options: CallOptions,
): Promise<ConsolidatedProtocols> {
  const directories = (await codePath(target, options)).filter(isConsolidated);
  const listed = await listDirectories(target, directories, options);
  const protocols = listed.flatMap((names = []) => names.flatMap((name) => /^(.+)\.beam$/.exec(name)?.[1] ?? []));
  const changed = changedModules(upgrade.script);
  const isConsolidatedAgain = (module: string): boolean =>
    upgrade.objectCode.get(module)?.file.endsWith(`/consolidated/${module}.beam`) === true;
  const left = protocols.filter((protocol) => !isConsolidatedAgain(protocol));
  const isNew = (module: string): boolean => {
    const code = upgrade.objectCode.get(module);
    return code !== undefined && code.previousMd5 === undefined;
  };
  return {
    replaced: left.filter((protocol) => changed.includes(protocol)),
    unknown: left.flatMap((protocol) =>
      changed
        .filter((module) => module.startsWith(`${protocol}.`) && isNew(module))
        .map((implementation) => ({ protocol, implementation })),
    ),
  };
}
