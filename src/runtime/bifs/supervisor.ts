import { Atom, type Term, Tuple, atom, list, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { callServer, startServer } from "../otp/gen-server.js";
import { systemCall } from "../otp/sys.js";
import { raiseError } from "../process/raised.js";
import { OK, at, elementsOf, error, isTagged, keyFind } from "../support/term.js";
import * as server from "../supervisor/server.js";
import { BadSpec, checkStartSpec } from "../supervisor/spec.js";

const SUPERVISOR = atom("supervisor");

const ask = (context: Context, supervisor: Term, request: Term): Promise<Term> =>
  callServer(context, supervisor, request, "infinity");

const request = (name: string) => (context: Context, supervisor: Term, argument: Term) =>
  ask(context, supervisor, tuple(atom(name), argument));

/** Module `supervisor`. */
export const supervisor: BifModule = {
  "start_link/2": (context, module, args) => start(context, undefined, module, args),
  "start_link/3": (context, name, module, args) => start(context, name, module, args),
  "start_child/2": request("start_child"),
  "restart_child/2": request("restart_child"),
  "delete_child/2": request("delete_child"),
  "terminate_child/2": request("terminate_child"),
  "get_childspec/2": request("get_childspec"),
  "which_children/1": (context, ref) => ask(context, ref, atom("which_children")),
  "count_children/1": (context, ref) => ask(context, ref, atom("count_children")),
  "check_childspecs/1": (_context, specs) => {
    if (elementsOf(specs) === undefined) return error(tuple(atom("badarg"), specs));
    const checked = checkStartSpec(specs, undefined);
    return checked instanceof BadSpec ? error(checked.reason) : OK;
  },
  "get_callback_module/1": async (context, ref) => callbackModule(await status(context, ref)),
  "init/1": server.init,
  "handle_call/3": server.handleCall,
  "handle_cast/2": server.handleCast,
  "handle_info/2": server.handleInfo,
  "terminate/2": server.terminate,
  "code_change/3": server.codeChange,
  "format_status/2": server.formatStatus,
};

async function start(context: Context, name: Term | undefined, module: Term, args: Term): Promise<Term> {
  if (!(module instanceof Atom)) return raiseError("function_clause");
  const argument = tuple(name ?? atom("self"), module, args);
  return await startServer(context, { name, module: SUPERVISOR, args: argument, options: list(), link: true });
}

const status = (context: Context, ref: Term): Promise<Term> => systemCall(context, ref, atom("get_status"));

/** `{supervisor, [{"Callback", Module}]}` in a status, else the module in the state that is shown. */
function callbackModule(answer: Term): Term {
  const misc = elementsOf(elementsOf(at(answer as Tuple, 3))?.[4]) ?? [];
  const callback = elementsOf(keyFind(misc, "supervisor"))?.[0];
  if (callback instanceof Tuple) return at(callback, 1);
  const data = misc[2];
  const shown = isTagged(data, "data", 2) ? elementsOf(at(data, 1))?.[0] : undefined;
  const state = shown instanceof Tuple ? at(shown, 1) : undefined;
  return isTagged(state, "state", 12) ? at(state, 10) : raiseError(tuple(atom("badrecord"), state ?? list()));
}
