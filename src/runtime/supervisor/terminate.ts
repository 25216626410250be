import { Pid, type Reference, type Term, atom } from "../../terms/term.js";
import type { Context } from "../context.js";
import { downReason, exitTo, monitor, unlink } from "../process/signals.js";
import { at, isNamed, isTagged } from "../support/term.js";
import { reportError } from "./report.js";
import type { Child } from "./spec.js";
import type { SupervisorState } from "./state.js";

/** `supervisor:do_terminate/2`: ends a child as its shutdown says, and reports when it ended for another reason. */
export async function terminateChild(context: Context, supervisor: Term, child: Child): Promise<void> {
  if (!(child.pid instanceof Pid)) return;
  const reason = await shutdown(context, child.pid, child);
  if (!isExpected(reason, child)) reportError(context, supervisor, "shutdown_error", reason, child);
}

/** `supervisor:shutdown/1`: gives the reason the child ended with. */
async function shutdown(context: Context, pid: Pid, child: Child): Promise<Term> {
  const { node, self } = context;
  const reference = monitor(node.processes, self, pid);
  const isBrutal = isNamed(child.shutdown, "brutal_kill");
  exitTo(node.processes, self, pid, atom(isBrutal ? "kill" : "shutdown"));
  const timeoutMs = typeof child.shutdown === "number" ? child.shutdown : "infinity";
  const down = (message: Term): Term | undefined => downReason(message, reference);
  let reason = await self.receive(down, timeoutMs);
  if (reason === undefined) {
    exitTo(node.processes, self, pid, atom("kill"));
    reason = (await self.receive(down))!;
  }
  return unlinkAndFlush(context, pid, reason);
}

/** `supervisor:unlink_flush/2`: the reason of the exit message, which says more than the monitor's where both came. */
function unlinkAndFlush({ self }: Context, pid: Pid, otherwise: Term): Term {
  unlink(self, pid);
  const exit = self.mailbox.take((message) =>
    isTagged(message, "EXIT", 3) && at(message, 1) === pid ? message : undefined,
  );
  return exit === undefined ? otherwise : at(exit, 2);
}

function isExpected(reason: Term, child: Child): boolean {
  if (isNamed(reason, isNamed(child.shutdown, "brutal_kill") ? "killed" : "shutdown")) return true;
  if (child.restart.name === "permanent") return false;
  return isNamed(reason, "shutdown") || isNamed(reason, "normal") || isTagged(reason, "shutdown", 2);
}

/** `supervisor:terminate_dynamic_children/1`: ends all of them at the same time. */
export async function terminateDynamicChildren(context: Context, state: SupervisorState): Promise<void> {
  const { node, self } = context;
  const { template } = state;
  const isBrutal = isNamed(template.shutdown, "brutal_kill");
  const waitingFor = new Map<Reference, Pid>();
  for (const { pid } of state.dynamics.values()) {
    if (!(pid instanceof Pid)) continue;
    waitingFor.set(monitor(node.processes, self, pid), pid);
    exitTo(node.processes, self, pid, atom(isBrutal ? "kill" : "shutdown"));
  }
  const deadlineMs =
    typeof template.shutdown === "number" ? node.clock.monotonicMs() + template.shutdown : Number.POSITIVE_INFINITY;
  for (const [reference, pid] of waitingFor) {
    const leftMs = Math.max(1, deadlineMs - node.clock.monotonicMs());
    const down = (message: Term): Term | undefined => downReason(message, reference);
    let reason = await self.receive(down, Number.isFinite(leftMs) ? leftMs : "infinity");
    if (reason === undefined) {
      for (const late of waitingFor.values()) exitTo(node.processes, self, late, atom("kill"));
      reason = (await self.receive(down))!;
    }
    const final = unlinkAndFlush(context, pid, reason);
    if (!isExpected(final, template)) reportError(context, state.name, "shutdown_error", final, { ...template, pid });
  }
}
