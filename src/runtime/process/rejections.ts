import { currentContext } from "../context.js";
import { ProcessGone } from "./raised.js";

/** How many nodes are up: one listener serves them all. */
let watching = 0;

/**
 * Has promises that fail and that nobody waits for end the process they belong to, as an error in it would, instead of
 * the whole program.
 * @returns stops it
 */
export function watchRejections(): () => void {
  if (watching++ === 0) process.on("unhandledRejection", onUnhandled);
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    if (--watching === 0) process.off("unhandledRejection", onUnhandled);
  };
}

function onUnhandled(thrown: unknown): void {
  const context = currentContext.getStore();
  if (context !== undefined) {
    // What a dead process leaves behind is of no interest to anyone.
    if (context.self.alive && !(thrown instanceof ProcessGone)) context.node.processes.fail(context.self, thrown);
    return;
  }
  // Not ours: what Node.js does when nobody listens.
  if (process.listenerCount("unhandledRejection") === 1) throw thrown;
}
