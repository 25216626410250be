import { Atom, Reference, Tuple, type Term, atom, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { genCall, genReply, sendRequest, waitResponse } from "../otp/gen.js";
import { Server } from "../otp/gen-server-loop.js";
import { callServer, serverStart, startServer } from "../otp/gen-server.js";
import { parentOf } from "../otp/proc-lib.js";
import { stopProc } from "../otp/stop.js";
import { send } from "../process/post.js";
import { badarg, raiseError, raiseExit } from "../process/raised.js";
import { NORMAL, OK, at, isTagged, timeoutOf } from "../support/term.js";

const timeout = (term: Term): number | "infinity" => timeoutOf(term) ?? raiseError("function_clause");

const start =
  (link: boolean) =>
  async (context: Context, ...args: Term[]) =>
    await startServer(context, serverStart(args, link) ?? raiseError("function_clause"));

/** Casting never fails, also when nobody is there. */
export function castTo({ node }: Context, server: Term, request: Term): Term {
  try {
    send(node.processes, server, tuple(atom("$gen_cast"), request));
  } catch {
    return OK;
  }
  return OK;
}

/** Module `gen_server`. */
export const genServer: BifModule = {
  "start/3": start(false),
  "start/4": start(false),
  "start_link/3": start(true),
  "start_link/4": start(true),
  "call/2": (context, server, request) => callServer(context, server, request),
  "call/3": (context, server, request, time) => callServer(context, server, request, timeout(time)),
  "cast/2": castTo,
  "reply/2": (context, from, reply) => {
    genReply(context, from, reply);
    return OK;
  },
  "stop/1": (context, server) => stopProc(context, server, NORMAL, "infinity"),
  "stop/3": (context, server, reason, time) => stopProc(context, server, reason, timeout(time)),
  "enter_loop/3": (context, module, _options, state) => enterLoop(context, module, state, context.self.pid),
  "enter_loop/4": (context, module, _options, state, name) => enterLoop(context, module, state, name),
};

/** Makes the calling process a server. */
async function enterLoop(context: Context, module: Term, state: Term, name: Term): Promise<Term> {
  if (!(module instanceof Atom)) return raiseError("function_clause");
  const parent = parentOf(context) ?? raiseExit("process_was_not_started_by_proc_lib");
  const shown = name instanceof Tuple ? name.elements[1]! : name;
  return await new Server(context, { parent, name: shown, module, state }).run({ state, wait: "infinity" });
}

/** Module `gen`: what all behaviours share. */
export const gen: BifModule = {
  "call/3": (context, server, label, request) => callGen(context, server, label, request, 5_000),
  "call/4": (context, server, label, request, time) => callGen(context, server, label, request, timeout(time)),
  "send_request/3": (context, server, label, request) => sendRequest(context, server, label, request),
  "wait_response/2": (context, reference, time) =>
    reference instanceof Reference ? waitResponse(context, reference, responseTime(context, time)) : badarg(),
  "reply/2": (context, from, reply) => {
    genReply(context, from, reply);
    return OK;
  },
  "stop/1": (context, server) => stopProc(context, server, NORMAL, "infinity"),
};

/** `gen:response_timeout()`: milliseconds, `infinity`, or `{abs, Time}` by the monotonic clock. */
function responseTime(context: Context, time: Term): number | "infinity" {
  if (!isTagged(time, "abs", 2)) return timeout(time);
  const until = at(time, 1);
  return typeof until === "number" ? Math.max(0, until - Math.floor(context.node.clock.monotonicMs())) : badarg();
}

async function callGen(
  context: Context,
  server: Term,
  label: Term,
  request: Term,
  timeoutMs: number | "infinity",
): Promise<Term> {
  return tuple(OK, await genCall(context, server, label, request, timeoutMs));
}
