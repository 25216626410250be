import type { Logger } from "pino";
import type { NodeEvent } from "../runtime/index.js";
import { printTerm } from "../terms/print.js";
import type { Term } from "../terms/term.js";

/** Writes what an embedded node reports into the log: terms as Erlang text, at the level OTP logs such a report with. */
export function logNodeEvent(log: Logger, event: NodeEvent): void {
  // Under a key of its own: an event has keys that mean something else in a line of the log.
  log[levelOf(event)]({ event: asText(event) }, "embedded node");
}

function levelOf(event: NodeEvent): "debug" | "info" | "warn" | "error" {
  switch (event.kind) {
    case "progress":
      return "debug";
    case "application_exited":
      return "info";
    case "supervisor_report":
    case "crash_report":
    case "gen_server_terminated":
    case "process_error":
    case "module_load_failed":
      return "error";
    case "log":
      return ({ debug: "debug", info: "info", notice: "info", warning: "warn", error: "error" } as const)[event.level];
  }
}

function asText(event: NodeEvent): object {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]: [string, string | Term | undefined]) => [
      key,
      value === undefined || typeof value === "string" ? value : printTerm(value),
    ]),
  );
}
