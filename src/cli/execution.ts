import type { Logger } from "pino";
import type { Applied, ApplyOptions } from "../engine/apply.js";
import { EXIT, type ExitCode } from "./exit.js";
import type { InterruptibleUpgrade } from "./interruptible.js";
import type { Io } from "./io.js";
import { journalOpener, type JournalOptions } from "./journal.js";
import { limitsOf, type LimitOptions } from "./limits.js";
import type { CommonOptions, TargetOptions } from "./options.js";
import { followProgress } from "./progress.js";
import type { OpenedTarget } from "./target.js";

/** Options of the commands that execute an upgrade. */
export interface ExecutionOptions extends CommonOptions, TargetOptions, JournalOptions, LimitOptions {
  readonly allow: readonly string[];
  /** Whether the release is made permanent afterwards. */
  readonly commit?: boolean;
  readonly showState?: boolean;
  readonly soak?: number;
}

/** A command at work. */
export interface AtWork {
  readonly command: string;
  /** When it began, by `performance.now()`. */
  readonly started: number;
  readonly io: Io;
  readonly log: Logger;
}

/** The embedded node ends with the command: without this its processes would do nothing on the new code. */
const EMBEDDED_SOAK_MS = 150;

/** How each upgrade of a command is executed, as the engine takes it. */
export function executionOf(
  { isEmbedded }: OpenedTarget,
  options: ExecutionOptions,
  interruption: InterruptibleUpgrade,
  { command, started, io, log }: AtWork,
): ApplyOptions {
  const openJournal = journalOpener(options, command);
  return {
    allowed: options.allow,
    ...limitsOf(options, started, io, log),
    showStates: options.showState ?? isEmbedded,
    ...(options.soak !== undefined && { looksAgain: true }),
    soakMs: options.soak ?? (isEmbedded ? EMBEDDED_SOAK_MS : 0),
    ...(options.commit === true && { recordsRelease: true }),
    onProgress: interruption.following(followProgress(io, log, options.json === true)),
    signal: interruption.signal,
    ...(openJournal !== undefined && { openJournal }),
  };
}

/** What the outcome of an upgrade means to a script. */
export function exitCodeOf({ execution, soaked = [] }: Applied): ExitCode {
  if (execution === undefined) return EXIT.refused;
  if (soaked.length > 0) return EXIT.needsAttention;
  switch (execution.outcome) {
    case "upgraded":
      return EXIT.done;
    case "rolled_back":
      return execution.interrupted ? EXIT.interrupted : EXIT.rolledBack;
    case "failed":
    case "unknown":
      return EXIT.needsAttention;
  }
}
