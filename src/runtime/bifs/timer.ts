import { Atom, List, Reference, Tuple, type Term, atom, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { send } from "../process/post.js";
import { OK, at, error, isNamed, ok, refKey } from "../support/term.js";

const BADARG = error(atom("badarg"));

/** Does something later, in no process's name; `{ok, {once, Reference}}`. */
function later({ node }: Context, time: Term, run: () => void): Term {
  if (typeof time !== "number" || time < 0) return BADARG;
  const reference = node.processes.makeRef();
  const key = refKey(reference);
  const stop = node.clock.setTimer(time, () => {
    forget();
    run();
  });
  const takeBack = (): void => {
    stop();
    forget();
  };
  const forget = (): void => {
    node.timers.delete(key);
    node.processes.delayed.delete(takeBack);
  };
  node.processes.delayed.add(takeBack);
  node.timers.set(key, () => {
    takeBack();
    return 0;
  });
  return ok(tuple(atom("once"), reference));
}

/** Module `timer`: what is done later goes on when the process that asked for it is dead. */
export const timer: BifModule = {
  "apply_after/4": (context, time, module, fun, args) => {
    if (!(module instanceof Atom) || !(fun instanceof Atom) || !(args instanceof List)) return BADARG;
    const { node } = context;
    const initialCall = { module, function: fun, arity: args.elements.length };
    return later(context, time, () => {
      node.processes.spawn((self) => node.call(self, module, fun, args.elements), { initialCall });
    });
  },
  "send_after/3": (context, time, destination, message) =>
    later(context, time, () => {
      const isThere = !(destination instanceof Atom) || context.node.processes.names.has(destination.name);
      if (isThere) send(context.node.processes, destination, message);
    }),
  "cancel/1": ({ node }, timerRef) => {
    const reference = timerRef instanceof Tuple && isNamed(timerRef.elements[0], "once") ? at(timerRef, 1) : undefined;
    if (!(reference instanceof Reference)) return BADARG;
    node.timers.get(refKey(reference))?.();
    return ok(atom("cancel"));
  },
  "sleep/1": async ({ self }, time) => {
    await self.receive(() => undefined, typeof time === "number" ? time : "infinity");
    return OK;
  },
};
