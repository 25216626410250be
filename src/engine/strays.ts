import { loadedMd5s } from "../otp/code.js";
import { atomName, atomNames, keyFind, tupleElements } from "../terms/access.js";
import type { ExecutionContext } from "./context.js";

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
