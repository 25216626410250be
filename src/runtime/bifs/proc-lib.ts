import { Atom, List, Pid, type Term, type Tuple, atom, list, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { initAck, notedInitialCall, parentOf, spawnProc, startProc } from "../otp/proc-lib.js";
import { stopProc } from "../otp/stop.js";
import { processInfoItem } from "../process/info.js";
import { badarg, raiseError, raiseExit } from "../process/raised.js";
import { FALSE, NORMAL, OK, elementsOf, keyFind, timeoutOf } from "../support/term.js";

/** `$initial_call` of a pid, or of what `process_info/1` gave. */
function initialCall({ node }: Context, term: Term): Tuple | undefined {
  if (!(term instanceof Pid)) {
    const info = elementsOf(term) ?? raiseError("function_clause");
    return notedInitialCall(keyFind(info, "dictionary"));
  }
  const process = node.processes.find(term);
  return process && notedInitialCall(processInfoItem(process, "dictionary"));
}

interface CheckedMfa {
  readonly module: Atom;
  readonly function: Atom;
  readonly args: readonly Term[];
}

function checked(module: Term, fun: Term, args: Term): CheckedMfa {
  if (!(module instanceof Atom) || !(fun instanceof Atom) || !(args instanceof List)) return badarg();
  return { module, function: fun, args: args.elements };
}

const run = (mfa: CheckedMfa) => (child: Context) => child.node.call(child.self, mfa.module, mfa.function, mfa.args);

function spawn(context: Context, mfa: CheckedMfa, link: boolean): Term {
  const call = { module: mfa.module, function: mfa.function, arity: mfa.args.length };
  return spawnProc(context, call, run(mfa), { link }).pid;
}

async function start(
  context: Context,
  mfa: CheckedMfa,
  link: boolean,
  timeoutMs: number | "infinity" = "infinity",
): Promise<Term> {
  const call = { module: mfa.module, function: mfa.function, arity: mfa.args.length };
  return await startProc(context, { link, timeoutMs, call }, run(mfa));
}

/** Module `proc_lib`. */
export const procLib: BifModule = {
  "translate_initial_call/1": (context, term) =>
    initialCall(context, term) ?? tuple(atom("proc_lib"), atom("init_p"), 5),
  "initial_call/1": (context, term) => {
    const call = initialCall(context, term);
    if (call === undefined) return FALSE;
    const arity = call.elements[2] as number;
    const dummies = Array.from({ length: arity }, (_, index) => atom(`Argument__${index + 1}`));
    return tuple(call.elements[0]!, call.elements[1]!, list(...dummies));
  },
  "spawn/3": (context, module, fun, args) => spawn(context, checked(module, fun, args), false),
  "spawn_link/3": (context, module, fun, args) => spawn(context, checked(module, fun, args), true),
  "start/3": (context, module, fun, args) => start(context, checked(module, fun, args), false),
  "start_link/3": (context, module, fun, args) => start(context, checked(module, fun, args), true),
  "start_link/4": (context, module, fun, args, timeout) =>
    start(context, checked(module, fun, args), true, timeoutOf(timeout) ?? badarg()),
  "init_ack/1": (context, result) => {
    initAck(context, parentOf(context) ?? raiseExit("process_was_not_started_by_proc_lib"), result);
    return OK;
  },
  "init_ack/2": (context, starter, result) => {
    initAck(context, starter instanceof Pid ? starter : badarg(), result);
    return OK;
  },
  "stop/1": (context, server) => stopProc(context, server, NORMAL, "infinity"),
  "stop/3": (context, server, reason, timeout) => stopProc(context, server, reason, timeoutOf(timeout) ?? badarg()),
};
