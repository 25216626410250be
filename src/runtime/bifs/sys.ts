import type { Term } from "../../terms/term.js";
import { atom, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { stateOrError, systemCall } from "../otp/sys.js";
import { raiseError } from "../process/raised.js";
import { timeoutOf } from "../support/term.js";

const timeout = (term: Term): number | "infinity" => timeoutOf(term) ?? raiseError("function_clause");

/** A function of sys that sends one request: without a timeout, and with one as its last argument. */
function both(
  fun: string,
  argumentCount: number,
  request: (...args: Term[]) => Term,
  finish: (answer: Term) => Term = (answer) => answer,
): BifModule {
  const call = async (context: Context, server: Term, args: Term[], timeoutMs?: number | "infinity"): Promise<Term> =>
    finish(await systemCall(context, server, request(...args), { function: fun, args }, timeoutMs));
  return {
    [`${fun}/${1 + argumentCount}`]: (context, server, ...args) => call(context, server, args),
    [`${fun}/${2 + argumentCount}`]: (context, server, ...args) =>
      call(context, server, args.slice(0, -1), timeout(args.at(-1)!)),
  };
}

const debug = (name: string) => (flag: Term) => tuple(atom("debug"), tuple(atom(name), flag));

/** Module `sys`: requests that every OTP process answers. */
export const sys: BifModule = {
  ...both("suspend", 0, () => atom("suspend")),
  ...both("resume", 0, () => atom("resume")),
  ...both("get_status", 0, () => atom("get_status")),
  ...both("get_state", 0, () => atom("get_state"), stateOrError),
  ...both("replace_state", 1, (fun) => tuple(atom("replace_state"), fun), stateOrError),
  ...both("change_code", 3, (module, vsn, extra) => tuple(atom("change_code"), module, vsn, extra)),
  ...both("terminate", 1, (reason) => tuple(atom("terminate"), reason)),
  ...both("log", 1, (flag) => debug("log")(flag)),
  ...both("trace", 1, (flag) => debug("trace")(flag)),
  ...both("statistics", 1, (flag) => debug("statistics")(flag)),
  ...both("no_debug", 0, () => tuple(atom("debug"), atom("no_debug"))),
};
