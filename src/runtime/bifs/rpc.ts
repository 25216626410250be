import { Atom, List, type Term, atom, tuple } from "../../terms/term.js";
import { type BifModule, type Context, termOf } from "../context.js";
import { badarg, exitReason } from "../process/raised.js";
import { downReason } from "../process/signals.js";
import { timeoutOf } from "../support/term.js";

const badrpc = (reason: Term): Term => tuple(atom("badrpc"), reason);
const exit = (reason: Term): Term => tuple(atom("EXIT"), reason);

/**
 * `rpc:call/5` on this node: runs the call in a process of its own, and gives its value; what it threw as if it were
 * its value, other exceptions as `{badrpc, {'EXIT', Reason}}`.
 */
async function call(
  context: Context,
  target: Term,
  mfa: readonly Term[],
  timeoutMs: number | "infinity",
): Promise<Term> {
  const { node, self } = context;
  const [module, fun, args] = mfa;
  if (!(module instanceof Atom) || !(fun instanceof Atom) || !(args instanceof List)) return badarg();
  if (target !== node.processes.name) return badrpc(atom("nodedown"));
  let value: Term | undefined;
  const { process, monitor } = node.processes.spawn(
    async (child) => {
      value = termOf(await node.call(child, module, fun, args.elements));
    },
    {
      initialCall: { module: atom("erpc"), function: atom("execute_call"), arity: 4 },
      parent: self,
      monitor: true,
      onRaised: (_child, raised) => {
        value = raised.class === "throw" ? raised.reason : badrpc(exit(exitReason(raised)));
        return atom("normal");
      },
    },
  );
  const ended = await self.receive((message) => downReason(message, monitor!), timeoutMs);
  if (ended === undefined) {
    node.processes.terminate(process, atom("killed"));
    return badrpc(atom("timeout"));
  }
  return value ?? badrpc(exit(ended));
}

/** Module `rpc`, for calls to the node itself. */
export const rpc: BifModule = {
  "call/4": (context, target, ...mfa) => call(context, target, mfa, "infinity"),
  "call/5": (context, target, module, fun, args, timeout) =>
    call(context, target, [module, fun, args], timeoutOf(timeout) ?? badarg()),
};
