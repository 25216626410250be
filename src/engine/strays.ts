import { deleteModule, loadedMd5s, loadedModules, softPurge } from "../otp/code.js";
import { atomName, atomNames, keyFind, tupleElements } from "../terms/access.js";
import type { ExecutionContext } from "./context.js";
import { StepFailure } from "./failure.js";

/**
 * From the point of no return on, the node loads what nobody has called before from the new version's directory, and no
 * step of the script says so: a child that a new specification adds, for one. After a failure it has to go again.
 */

/** The modules of an application's new version that aren't loaded. */
export async function modulesNotLoaded(application: string, context: ExecutionContext): Promise<readonly string[]> {
  const { target, prepared, timeouts } = context;
  const specification = prepared.specifications.after
    .map((each) => tupleElements(each, 3))
    .find((elements) => atomName(elements?.[1]) === application);
  const modules = atomNames(keyFind(specification?.[2], "modules")) ?? [];
  const digests = await loadedMd5s(target, modules, { timeoutMs: timeouts.callMs });
  return modules.filter((_, index) => digests[index] === undefined);
}

/**
 * Takes those of the modules away that are loaded from a directory by now.
 * @throws StepFailure where a process runs one of them
 */
export async function unloadStrays(
  modules: readonly string[],
  directory: string,
  { target, timeouts }: ExecutionContext,
): Promise<void> {
  const options = { timeoutMs: timeouts.callMs };
  const loaded = await loadedModules(target, modules, options);
  const inUse: string[] = [];
  for (const { module, file, md5 } of loaded) {
    if (md5 === undefined || file?.startsWith(`${directory}/`) !== true) continue;
    const isOff =
      (await softPurge(target, module, options)) &&
      (await deleteModule(target, module, options)) &&
      (await softPurge(target, module, options));
    if (!isOff) inUse.push(module);
  }
  if (inUse.length === 0) return;
  throw new StepFailure({
    code: "code-not-restored",
    summary: `${inUse.join(", ")} came from the new version during the upgrade, and is still run`,
    hint: "End the processes that run it, and purge it with code:purge/1 on the node.",
  });
}
