import { codePath } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { FileReader } from "../../release/reader.js";
import type { Target } from "../../target/target.js";
import { codeMd5 } from "../../upgrade/code-md5.js";
import { changedModules, type Upgrade } from "../../upgrade/upgrade.js";
import type { ConsolidatedProtocols } from "../../upgrade/upgrade-inspection.js";
import { isConsolidated } from "./code-path.js";

/** Sets the consolidated protocols that the node runs against the upgrade, and against those of the release to come. */
export async function inspectConsolidated(
  target: Target,
  upgrade: Upgrade,
  root: string | undefined,
  files: FileReader,
  options: CallOptions,
): Promise<ConsolidatedProtocols> {
  const running = (await codePath(target, options)).find(isConsolidated);
  const names = running === undefined ? [] : await modulesIn(files, running);
  const scripted = new Set(changedModules(upgrade.script));
  const replaced = names.filter((name) => scripted.has(name));
  const directory = root === undefined ? undefined : `${root}/releases/${upgrade.to}/consolidated`;
  const next = directory === undefined ? [] : await modulesIn(files, directory);
  if (next.length === 0 || running === undefined) return { changed: [], directory: undefined, replaced };
  const changed: string[] = [];
  for (const name of next) {
    const [now, before] = await Promise.all(
      [`${directory}/${name}.beam`, `${running}/${name}.beam`].map((file) => files.read(file)),
    );
    if (now !== undefined && (before === undefined || codeMd5(now) !== codeMd5(before))) changed.push(name);
  }
  return { changed, directory, replaced };
}

async function modulesIn(files: FileReader, directory: string): Promise<string[]> {
  const names = (await files.list(directory)) ?? [];
  return names.filter((name) => name.endsWith(".beam")).map((name) => name.slice(0, -".beam".length));
}
