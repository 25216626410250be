import type { Logger } from "pino";
import type { OnProgress, ProgressEvent } from "../engine/events.js";
import type { Io } from "./io.js";
import { statusLine } from "./status-line.js";
import { subjectOf } from "./views/step.js";

/** Follows an upgrade: a line on the terminal that is written over, and every event in the log. */
export function followProgress(io: Io, log: Logger, quiet: boolean): OnProgress {
  const line = statusLine(io, quiet);
  return (event) => {
    const level = levelOf(event);
    if (log.isLevelEnabled(level)) log[level](logged(event), event.kind);
    const text = line.isShown ? lineOf(event) : undefined;
    if (text !== undefined) line.show(text);
    else if (event.kind === "upgrade_done") line.clear();
  };
}

/** What is under way from this event on, in words; undefined where it stays what it was. */
function lineOf(event: ProgressEvent): string | undefined {
  if (event.kind === "rollback_started") return "taking back what was done";
  if (event.kind !== "step_started") return undefined;
  const { index, instruction } = event.step;
  return `step ${index + 1}  ${instruction.instruction}  ${subjectOf(instruction)}`;
}

function levelOf(event: ProgressEvent): "info" | "warn" | "error" {
  switch (event.kind) {
    case "step_failed":
    case "undo_failed":
      return "error";
    case "process_skipped":
    case "rollback_started":
      return "warn";
    case "upgrade_started":
    case "step_started":
    case "step_done":
    case "undone":
    case "upgrade_done":
      return "info";
  }
}

/** An event as plain data: steps by index and name. The processes, maybe very many, are named at the start of a step. */
function logged(event: ProgressEvent): object {
  if (!("step" in event)) return event;
  const { step, ...rest } = event;
  return {
    ...rest,
    step: step.index,
    instruction: step.instruction.instruction,
    modules: step.modules,
    ...(event.kind === "step_started" && { pids: step.processes.map(({ text }) => text) }),
  };
}
