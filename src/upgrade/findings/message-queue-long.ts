import type { Finding } from "../finding.js";
import { nameOf } from "./context.js";
import type { StandingRule } from "./standing.js";

/** So many messages are worth a word. */
const LONG = 1_000;

/** A process has many messages waiting: a system message comes after them, so suspending it takes long. */
export const messageQueueLong: StandingRule = ({ facts }) =>
  facts.processes
    .filter(({ messageQueueLength }) => messageQueueLength >= LONG)
    .map((process): Finding => ({
      code: "message-queue-long",
      severity: "warning",
      summary: `${nameOf(process)} has ${process.messageQueueLength} messages waiting`,
      detail:
        `It runs ${process.callbackModule ?? "an unknown module"}. A suspend stands in the same queue: it would be answered ` +
        `after all of them, and may time out. Messages that nothing ever receives slow down each receive.`,
      hint: "Find out whether it can't keep up (process_info(Pid, current_stacktrace)) or has messages that no clause takes (process_info(Pid, messages)).",
      module: process.callbackModule,
      pids: [process.text],
    }));
