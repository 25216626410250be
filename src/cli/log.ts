import pino, { type Logger } from "pino";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The log of a run: NDJSON in a file, or nothing. What might hold a cookie is never handed to it.
 * @throws when the file can't be opened for appending
 */
export function openLog(file: string | undefined, level: LogLevel): Logger {
  if (file === undefined) return pino({ level: "silent" });
  // Written through at once: the lines before a crash are the ones that are needed.
  return pino({ level, base: { pid: process.pid } }, pino.destination({ dest: file, sync: true, append: true }));
}
