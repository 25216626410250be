import { type Term, atom, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { stateOrError, systemCall } from "../otp/sys.js";
import { raiseError } from "../process/raised.js";
import { timeoutOf } from "../support/term.js";

const timeout = (term: Term): number | "infinity" => timeoutOf(term) ?? raiseError("function_clause");

/** A function of sys that sends one request: without a timeout, and with one as its last argument. */
function both(
  fun: string,
  request: (...args: Term[]) => Term,
  finish: (answer: Term) => Term = (answer) => answer,
): BifModule {
  const call = async (context: Context, server: Term, args: Term[], timeoutMs?: number | "infinity"): Promise<Term> =>
    finish(await systemCall(context, server, request(...args), timeoutMs));
  return {
    [`${fun}/${1 + request.length}`]: (context, server, ...args) => call(context, server, args),
    [`${fun}/${2 + request.length}`]: (context, server, ...args) =>
      call(context, server, args.slice(0, -1), timeout(args.at(-1)!)),
  };
}

const debug = (name: string) => (flag: Term) => tuple(atom("debug"), tuple(atom(name), flag));

/** Module `sys`: requests that every OTP process answers. */
export const sys: BifModule = {
  ...both("suspend", () => atom("suspend")),
  ...both("resume", () => atom("resume")),
  ...both("get_status", () => atom("get_status")),
  ...both("get_state", () => atom("get_state"), stateOrError),
  ...both("replace_state", (fun) => tuple(atom("replace_state"), fun), stateOrError),
  ...both("change_code", (module, vsn, extra) => tuple(atom("change_code"), module, vsn, extra)),
  ...both("terminate", (reason) => tuple(atom("terminate"), reason)),
  ...both("log", debug("log")),
  ...both("trace", debug("trace")),
  ...both("statistics", debug("statistics")),
  ...both("no_debug", () => tuple(atom("debug"), atom("no_debug"))),
};
