import { type Term, atom, list, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { startEventManager } from "../otp/gen-event.js";
import { genCall } from "../otp/gen.js";
import { stopProc } from "../otp/stop.js";
import { send } from "../process/post.js";
import { Raised, raiseError, raiseExit } from "../process/raised.js";
import { NORMAL, OK, timeoutOf, timeoutTerm } from "../support/term.js";

/** `gen_event:rpc/2`: requests are labelled with the pid of who asks. */
const ask = (context: Context, manager: Term, request: Term): Promise<Term> =>
  genCall(context, manager, context.self.pid, request, "infinity");

async function call(
  context: Context,
  manager: Term,
  handler: Term,
  query: Term,
  timeoutMs?: number | "infinity",
): Promise<Term> {
  const request = tuple(atom("call"), handler, query);
  try {
    return await genCall(context, manager, context.self.pid, request, timeoutMs ?? 5_000);
  } catch (thrown) {
    if (!(thrown instanceof Raised) || thrown.class !== "exit") throw thrown;
    const args = [manager, handler, query, ...(timeoutMs === undefined ? [] : [timeoutTerm(timeoutMs)])];
    return raiseExit(tuple(thrown.reason, tuple(atom("gen_event"), atom("call"), list(...args))));
  }
}

/** Module `gen_event`, without swapped and supervised handlers. */
export const genEvent: BifModule = {
  "start/0": (context) => startEventManager(context, undefined, false),
  "start/1": (context, name) => startEventManager(context, name, false),
  "start_link/0": (context) => startEventManager(context, undefined, true),
  "start_link/1": (context, name) => startEventManager(context, name, true),
  "add_handler/3": (context, manager, handler, args) =>
    ask(context, manager, tuple(atom("add_handler"), handler, args)),
  "delete_handler/3": (context, manager, handler, args) =>
    ask(context, manager, tuple(atom("delete_handler"), handler, args)),
  "which_handlers/1": (context, manager) => ask(context, manager, atom("which_handlers")),
  "notify/2": ({ node }, manager, event) => {
    send(node.processes, manager, tuple(atom("notify"), event));
    return OK;
  },
  "sync_notify/2": (context, manager, event) => ask(context, manager, tuple(atom("sync_notify"), event)),
  "call/3": (context, manager, handler, query) => call(context, manager, handler, query),
  "call/4": (context, manager, handler, query, timeout) =>
    call(context, manager, handler, query, timeoutOf(timeout) ?? raiseError("function_clause")),
  "stop/1": (context, manager) => stopProc(context, manager, NORMAL, "infinity"),
};
