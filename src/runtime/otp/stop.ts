import { type Term, atom, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { Raised, raiseExit } from "../process/raised.js";
import { demonitor, downReason, monitor } from "../process/signals.js";
import { OK } from "../support/term.js";
import { equals } from "../../terms/equal.js";
import { processFor } from "./gen.js";
import { systemCall } from "./sys.js";

/**
 * `proc_lib:stop/3`: has a process end through sys and waits for its end.
 * @throws Raised exit: `noproc`, `timeout`, or the reason it ended with when that is another one
 */
export async function stopProc(
  context: Context,
  destination: Term,
  reason: Term,
  timeoutMs: number | "infinity",
): Promise<Term> {
  const { node, self } = context;
  const target = processFor(context, destination);
  const reference = monitor(node.processes, self, target);
  const { pid: helper } = node.processes.spawn(
    async (child) => {
      await systemCall(node.context(child), target, tuple(atom("terminate"), reason), "infinity").catch(ignoreExit);
    },
    { initialCall: { module: atom("proc_lib"), function: atom("do_stop"), arity: 2 }, parent: self },
  ).process;
  const ended = await self.receive((message) => downReason(message, reference), timeoutMs);
  demonitor(node.processes, self, reference);
  if (ended === undefined) {
    const process = node.processes.find(helper);
    if (process !== undefined) node.processes.terminate(process, atom("killed"));
    return raiseExit("timeout");
  }
  return equals(ended, reason) ? OK : raiseExit(ended);
}

/** The process may end before it has answered. */
function ignoreExit(thrown: unknown): void {
  if (!(thrown instanceof Raised)) throw thrown;
}
