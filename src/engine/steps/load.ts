import { deleteModule, purge, softPurge } from "../../otp/code.js";
import type { Load, LoadObjectCode, Purge, Remove } from "../../release/instruction.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { moment, row, undo } from "../guardian/undo-action.js";
import { migratedModules } from "../newcomers.js";
import { loadOrFail } from "../old-code.js";
import type { Binary } from "../prepared.js";

/** All object code was read before anything changed; here it only has to be there. */
export function loadObjectCode(instruction: LoadObjectCode, context: ExecutionContext): Promise<number> {
  for (const module of instruction.modules) codeOf(module, context);
  return Promise.resolve(0);
}

/**
 * Loads a module's new code by value, as `release_handler_1:eval/2` does: what ran the code before the current one is
 * killed by the code server, then code that nobody runs any more is purged softly.
 */
export async function load({ module }: Load, context: ExecutionContext): Promise<number> {
  const code = codeOf(module, context);
  const md5 = context.plan.upgrade.objectCode.get(module)?.md5;
  const loads = md5 === undefined ? [] : [row.loads(module, md5)];
  await context.undo.push(`put the old code of ${module} back`, undo.putCode(module), loads);
  await loadOrFail(module, code, context);
  if (migratedModules(context.plan.upgrade.script).has(module)) await context.undo.tellProcesses(moment.load(module));
  await softPurge(context.target, module, { timeoutMs: context.timeouts.callMs });
  return 0;
}

/** Makes current code old, so that none is left, and purges it when nobody runs it. */
export async function remove({ module }: Remove, context: ExecutionContext): Promise<number> {
  const options = { timeoutMs: context.timeouts.callMs };
  await context.undo.push(`put the code of ${module} back`, undo.putCode(module));
  await purge(context.target, module, options);
  await deleteModule(context.target, module, options);
  await softPurge(context.target, module, options);
  return 0;
}

/** Kills every process that runs old code of the modules, and removes it. */
export async function purgeModules(instruction: Purge, context: ExecutionContext): Promise<number> {
  for (const module of instruction.modules) {
    await purge(context.target, module, { timeoutMs: context.timeouts.callMs });
  }
  return 0;
}

function codeOf(module: string, context: ExecutionContext): Binary {
  const code = context.prepared.code.get(module)?.next;
  if (code === undefined) {
    throw new StepFailure({
      code: "module-missing",
      summary: `there is no object code to load for ${module}`,
      hint: "The script must have a load_object_code instruction that names the module, and its file must be there.",
    });
  }
  return code;
}
