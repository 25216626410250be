import { deleteModule, hasOldCode, loadBinary, loadedMd5s, objectCodeMd5, purge, softPurge } from "../otp/code.js";
import { ProcessGroup } from "../otp/process-group.js";
import { processes, processesOnOldCode } from "../otp/process.js";
import { resumeEach, suspendEach } from "../otp/sys.js";
import { printTerm } from "../terms/print.js";
import { changedModules } from "../upgrade/upgrade.js";
import type { ExecutionContext } from "./context.js";
import { StepFailure } from "./failure.js";
import type { Binary, PreparedUpgrade } from "./prepared.js";
import type { Target } from "../target/target.js";

/** MD5 of the code of each module that an upgrade changes, as it is before; undefined for one that isn't loaded. */
export type LoadedBefore = ReadonlyMap<string, string | undefined>;

/** Notes what is loaded before anything changes. */
export async function noteLoaded(
  target: Target,
  { upgrade }: PreparedUpgrade,
  options: { readonly timeoutMs: number },
): Promise<LoadedBefore> {
  const modules = changedModules(upgrade.script);
  const digests = await loadedMd5s(target, modules, options);
  return new Map(modules.map((module, index) => [module, digests[index]]));
}

/**
 * The object code to put back for a module: the code that was loaded, where it could be read; `none` where the module
 * wasn't loaded; undefined where what was loaded is not to be had: its file is gone, or is another one by now.
 */
async function oldCode(module: string, context: ExecutionContext): Promise<Binary | "none" | undefined> {
  const md5 = context.loadedBefore.get(module);
  if (md5 === undefined) return "none";
  const previous = context.prepared.code.get(module)?.previous;
  if (previous === undefined) return undefined;
  const found = await objectCodeMd5(context.target, previous.bytes, { timeoutMs: context.timeouts.callMs });
  return found === md5 ? previous : undefined;
}

/** Whether the code of a module can be put back as it was; a module that the upgrade doesn't change is as it was. */
export async function canPutBack(module: string, context: ExecutionContext): Promise<boolean> {
  return !context.loadedBefore.has(module) || (await oldCode(module, context)) !== undefined;
}

/**
 * The code as it was: the old object code, or none where there was none.
 * @throws StepFailure where it is not to be had: the new code stays
 */
export async function putBack(module: string, context: ExecutionContext): Promise<void> {
  const options = { timeoutMs: context.timeouts.callMs };
  const code = await oldCode(module, context);
  if (code === undefined) {
    throw new StepFailure({
      code: "code-not-restored",
      summary: `the code of ${module} that was running could not be put back`,
      detail: "Its object code is not where it was loaded from, so the new code stays, with the new states.",
      hint: "Put the object code of the version before back at its place, and load it on the node.",
    });
  }
  await whileOffOldCode(module, context, async () => {
    if (code === "none") {
      await purge(context.target, module, options);
      await deleteModule(context.target, module, options);
    } else {
      await loadOrFail(module, code, context);
    }
  });
  if (await softPurge(context.target, module, options)) return;
  // What still runs the code that has just been replaced goes over to the old one when it goes on.
  await whileOffOldCode(module, context, async () => {
    await softPurge(context.target, module, options);
  });
}

/**
 * Does something while the processes that run old code of the module are suspended: a process that waits in a loop of
 * its own goes on in the current code then, and is not killed with the old one. Who keeps a fun of it still is.
 */
async function whileOffOldCode(module: string, context: ExecutionContext, act: () => Promise<void>): Promise<void> {
  const options = { timeoutMs: context.timeouts.callMs };
  const onOldCode = (await hasOldCode(context.target, module, options))
    ? await processesOnOldCode(context.target, module, await processes(context.target, options), options)
    : [];
  const group = new ProcessGroup(onOldCode.filter((pid) => !context.suspensions.isSuspended(pid)));
  await suspendEach(context.target, group, SUSPEND_MS);
  try {
    await act();
  } finally {
    await resumeEach(context.target, group);
  }
}

/** Whoever doesn't answer by then is no process that can be suspended. */
const SUSPEND_MS = 1_000;

/** @throws StepFailure where the node refuses the code */
export async function loadOrFail(module: string, code: Binary, context: ExecutionContext): Promise<void> {
  const options = { timeoutMs: context.timeouts.callMs };
  const refused = await loadBinary(context.target, module, code.file, code.bytes, options);
  if (refused === undefined) return;
  throw new StepFailure({
    code: "load-failed",
    summary: `the node refused the code of ${module}: ${printTerm(refused)}`,
    detail: `It was read from ${code.file}.`,
    hint: "Build the module for the node's OTP release; see the node's log for what its code server says.",
  });
}
