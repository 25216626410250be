import type { ObservedProcess } from "./facts.js";

/** By what a process runs a module: its callbacks, those of a handler in it, or functions that it is in the middle of. */
export type RunsBy = "callback" | "handler" | "own-code";

/** Whether, and by what, a process runs a module, whatever its child specification says. */
export function runsBy(process: ObservedProcess, module: string): RunsBy | undefined {
  const { kind, stack = [], handlers = [], callbackModule } = process;
  if (kind === "own_code" && stack.length > 0) return stack.includes(module) ? "own-code" : undefined;
  if (callbackModule === module) return kind === "own_code" ? "own-code" : "callback";
  return handlers.includes(module) ? "handler" : undefined;
}

/** True for a process that OTP's walk has with `module` among its modules: the ones that a release handler suspends. */
export function isFoundByWalk(process: ObservedProcess, module: string): boolean {
  return process.supervised && !process.hidden && process.modules.includes(module);
}

/**
 * True for a process that OTP's walk doesn't find for a module though it runs it, and that can be suspended: what
 * `--include-missed` adds. Below a supervisor that hides its children the child specification counts too.
 */
export function isMissedButSuspendable(process: ObservedProcess, module: string): boolean {
  if (isFoundByWalk(process, module) || process.kind === "own_code") return false;
  return runsBy(process, module) !== undefined || (process.hidden && process.modules.includes(module));
}
