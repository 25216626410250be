import type { FullInstruction } from "./forms.js";
import { isStep, refuseAll, type Fault, type Origin, type Step } from "./step.js";

/**
 * What is suspended must be resumed, and the other way round. Follows `systools_rc:check_suspend_resume/1`: all scripts
 * are taken together, and the order of the two doesn't count.
 */
export function checkSuspendResume(after: readonly Step<FullInstruction>[]): void {
  const suspended = new Map<string, Origin>();
  const resumed = new Map<string, Origin>();
  for (const step of after) {
    if (isStep(step, "suspend")) {
      for (const { module } of step.instruction.modules) setOnce(suspended, module, step.origin);
    } else if (isStep(step, "resume")) {
      for (const module of step.instruction.modules) setOnce(resumed, module, step.origin);
    }
  }
  refuseAll([
    ...unpaired(suspended, resumed, "suspended-not-resumed", (module) => ({
      summary: `${module} is suspended but never resumed`,
      hint: `Add {resume, [${module}]} after it, or write update instead, which does both.`,
    })),
    ...unpaired(resumed, suspended, "resumed-not-suspended", (module) => ({
      summary: `${module} is resumed but never suspended`,
      hint: `Add {suspend, [${module}]} before it, or leave the resume out.`,
    })),
  ]);
}

/** What is stopped must be started, and the other way round. Follows `systools_rc:check_start_stop/1`. */
export function checkStartStop(after: readonly Step<FullInstruction>[]): void {
  const started = new Map<string, Origin>();
  const stopped = new Map<string, Origin>();
  for (const step of after) {
    if (isStep(step, "start")) {
      for (const module of step.instruction.modules) setOnce(started, module, step.origin);
    } else if (isStep(step, "stop")) {
      for (const module of step.instruction.modules) setOnce(stopped, module, step.origin);
    }
  }
  refuseAll([
    ...unpaired(started, stopped, "started-not-stopped", (module) => ({
      summary: `${module} is started but never stopped`,
      hint: `start only starts again what {stop, [${module}]} stopped.`,
    })),
    ...unpaired(stopped, started, "stopped-not-started", (module) => ({
      summary: `${module} is stopped but never started`,
      hint: `Add {start, [${module}]} after it.`,
    })),
  ]);
}

function setOnce(origins: Map<string, Origin>, module: string, origin: Origin): void {
  if (!origins.has(module)) origins.set(module, origin);
}

function unpaired(
  these: ReadonlyMap<string, Origin>,
  those: ReadonlyMap<string, Origin>,
  code: string,
  say: (module: string) => Pick<Fault, "summary" | "hint">,
): Fault[] {
  return [...these]
    .filter(([module]) => !those.has(module))
    .map(([module, origin]) => ({ code, ...say(module), origin }));
}
