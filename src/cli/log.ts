import pino, { type Logger } from "pino";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The log of a run that keeps none. */
export const noLog = (): Logger => pino({ level: "silent" });

/**
 * The log of a run: a JSON object a line, appended to a file. What might hold a cookie is never handed to it.
 * @param onFailure called once when the file can't be written to any more; the log is silent from then on, for an upgrade
 * must not stop half-way because a disk is full
 * @throws when the file can't be opened for appending
 */
export function openLog(file: string, level: LogLevel, onFailure: (error: Error) => void): Logger {
  // Written through at once: the lines before a crash are the ones that are needed.
  const destination = pino.destination({ dest: file, sync: true, append: true });
  const log = pino({ level, base: { pid: process.pid } }, destination);
  destination.on("error", (error: Error) => {
    if (log.level === "silent") return;
    log.level = "silent";
    onFailure(error);
  });
  return log;
}
