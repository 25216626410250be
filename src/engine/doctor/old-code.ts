import { modulesWithOldCode } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import { pidText, processesOnOldCode } from "../../otp/process.js";
import type { Target } from "../../target/target.js";
import type { Pid } from "../../terms/term.js";
import type { Inspection } from "../../upgrade/inspection.js";

/** Each process is looked at for each module: so many looks take a second or two. */
const MOST_LOOKS = 1_000_000;

/** Of all loaded modules, those whose old code is still there, and the processes that run it. */
export async function inspectOldCode(
  target: Target,
  modules: readonly string[],
  pids: readonly Pid[],
  options: CallOptions,
): Promise<Pick<Inspection, "oldCode" | "oldCodeNotLookedAt">> {
  const old = await modulesWithOldCode(target, modules, options);
  const lookedAt = old.slice(0, Math.max(1, Math.floor(MOST_LOOKS / Math.max(1, pids.length))));
  const oldCode: { module: string; pids: string[] }[] = [];
  for (const module of lookedAt) {
    const found = await processesOnOldCode(target, module, pids, { timeoutMs: (options.timeoutMs ?? 5_000) * 4 });
    if (found.length > 0) oldCode.push({ module, pids: found.map(pidText) });
  }
  return { oldCode, oldCodeNotLookedAt: old.slice(lookedAt.length) };
}
