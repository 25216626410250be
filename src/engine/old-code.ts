import { loadBinary, loadedMd5s } from "../otp/code.js";
import { objectCodeMd5 } from "../otp/beam-lib.js";
import { printTerm } from "../terms/print.js";
import type { Term } from "../terms/term.js";
import { changedModules } from "../upgrade/upgrade.js";
import type { ExecutionContext } from "./context.js";
import { StepFailure } from "./failure.js";
import { row } from "./guardian/undo-action.js";
import type { Binary } from "./prepared.js";

/**
 * The code that each module which the script changes has before it does: rows for the guardian, who puts it back. It is
 * `none` for a module that isn't loaded, and `missing` where what is loaded is not to be had: its file is gone, or is
 * another one by now.
 */
export async function oldCodeRows(context: ExecutionContext): Promise<Term[]> {
  const { target, prepared, timeouts } = context;
  const modules = changedModules(prepared.upgrade.script);
  const loaded = await loadedMd5s(target, modules, { timeoutMs: timeouts.callMs });
  return await Promise.all(
    modules.map(async (module, index) => row.code(module, await oldCode(module, loaded[index], context))),
  );
}

async function oldCode(
  module: string,
  loadedMd5: string | undefined,
  { target, prepared, timeouts }: ExecutionContext,
): Promise<Binary | "none" | "missing"> {
  if (loadedMd5 === undefined) return "none";
  const previous = prepared.code.get(module)?.previous;
  if (previous === undefined) return "missing";
  const md5 =
    prepared.upgrade.objectCode.get(module)?.previousMd5 ??
    (await objectCodeMd5(target, previous.bytes, { timeoutMs: timeouts.callMs }));
  return md5 === loadedMd5 ? previous : "missing";
}

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
