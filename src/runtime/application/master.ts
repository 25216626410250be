import {
  type Atom,
  type Pid,
  Pid as PidClass,
  type Reference,
  type Term,
  Tuple,
  atom,
  tuple,
} from "../../terms/term.js";
import { type Context, type Value, termOf } from "../context.js";
import { sendAfter, send } from "../process/post.js";
import { caught, raiseExit } from "../process/raised.js";
import { demonitor, downReason, exitTo, link, monitor, sameReference, unlink } from "../process/signals.js";
import { initAck, startProc } from "../otp/proc-lib.js";
import { ERROR, NORMAL, OK, at, isNamed, isTagged, ok } from "../support/term.js";
import { runStarter } from "./starter.js";
import type { ApplicationSpec } from "./spec.js";

/**
 * The master of an application (application_master.erl): the group leader of all its processes. It starts the
 * application's module in a process of its own, which stays between the master and the top supervisor.
 */

interface Master {
  readonly context: Context;
  readonly controller: Pid;
  /** Those who asked for the child and wait. */
  readonly asking: Map<string, { readonly tag: Term; readonly from: Pid }>;
  starter: Pid | undefined;
}

/** `application_master:start_link/2`: `{ok, Master}` once the application's start function has returned. */
export async function startMaster(context: Context, spec: ApplicationSpec, type: Term): Promise<Term> {
  const { node, self } = context;
  const controller = node.processes.names.get("application_controller")!.pid;
  const call = { module: atom("application_master"), function: atom("init"), arity: 4 };
  return await startProc(context, { link: true, timeoutMs: "infinity", call }, async (child) => {
    await init(child, { controller, starter: self.pid, spec, type });
  });
}

async function init(
  context: Context,
  options: { controller: Pid; starter: Pid; spec: ApplicationSpec; type: Term },
): Promise<void> {
  const { node, self } = context;
  const { controller, starter, spec, type } = options;
  link(node.processes, self, controller);
  self.trapExit = true;
  self.groupLeader = self.pid;
  node.applications.masters.set(spec.name, self.pid);
  const master: Master = { context, controller, asking: new Map(), starter: undefined };
  const result = await startIt(master, spec, type);
  if (isTagged(result, "error", 2)) raiseExit(at(result, 1));
  if (!isTagged(result, "ok", 2)) raiseExit(result);
  master.starter = at(result, 1) as Pid;
  if (typeof spec.maxT === "number") {
    sendAfter(node.processes, spec.maxT, self.pid, tuple(atom("EXIT"), self.pid, atom("timeout")));
  }
  unlink(self, starter);
  initAck(context, starter, ok(self.pid));
  await mainLoop(master);
}

/** Starts the process that runs the start function, and waits for what that gives. */
async function startIt(master: Master, spec: ApplicationSpec, type: Term): Promise<Term> {
  const { node, self } = master.context;
  const tag = node.processes.makeRef();
  const { process } = node.processes.spawn(
    (child) => runStarter(node.context(child), spec, { tag, master: self.pid, type }),
    {
      initialCall: { module: atom("application_master"), function: atom("start_it"), arity: 4 },
      parent: self,
      link: true,
    },
  );
  master.starter = process.pid;
  for (;;) {
    const message = (await self.receive((waiting) => waiting))!;
    if (message instanceof Tuple && message.arity === 2 && sameReference(at(message, 0), tag)) return at(message, 1);
    if (isTagged(message, "EXIT", 3) && at(message, 1) === process.pid) return tuple(ERROR, at(message, 2));
    if (!answerStartType(master, message, type)) await handle(master, message);
  }
}

function answerStartType({ context }: Master, message: Term, type: Term): boolean {
  if (!isTagged(message, "start_type", 2)) return false;
  send(context.node.processes, at(message, 1), tuple(atom("start_type"), type));
  return true;
}

async function mainLoop(master: Master): Promise<never> {
  const { self } = master.context;
  for (;;) {
    const message = (await self.receive((waiting) => waiting))!;
    if (isTagged(message, "EXIT", 3)) {
      const [from, reason] = [at(message, 1), at(message, 2)];
      if (from === master.controller) return await terminate(master, reason);
      if (from === master.starter) {
        master.starter = undefined;
        return await terminate(master, reason);
      }
      if (isNamed(reason, "timeout")) return await terminate(master, NORMAL);
    } else if (!answerStartType(master, message, atom("local"))) {
      await handle(master, message);
    }
  }
}

/** `application_master:handle_msg/2`. */
async function handle(master: Master, message: Term): Promise<void> {
  const { node } = master.context;
  if (isTagged(message, "get_child", 3)) {
    getChild(master, at(message, 1), at(message, 2) as Pid);
  } else if (isTagged(message, "stop", 3)) {
    await endApplication(master);
    send(node.processes, at(message, 2), tuple(at(message, 1), OK));
    raiseExit(NORMAL);
  } else if (isTagged(message, "child", 4)) {
    const key = keyOfReference(at(message, 1) as Reference);
    const asked = master.asking.get(key);
    master.asking.delete(key);
    if (asked !== undefined) {
      send(node.processes, asked.from, tuple(asked.tag, tuple(at(message, 2), at(message, 3))));
    }
  }
}

function getChild(master: Master, tag: Term, from: Pid): void {
  const { node, self } = master.context;
  const starter = master.starter;
  if (starter === undefined || node.processes.find(starter) === undefined) {
    send(node.processes, from, tuple(tag, ERROR));
    return;
  }
  const reference = node.processes.makeRef();
  master.asking.set(keyOfReference(reference), { tag, from });
  send(node.processes, starter, tuple(self.pid, atom("get_child"), reference));
}

const keyOfReference = (reference: Reference): string => reference.words.join(".");

async function terminate(master: Master, reason: Term): Promise<never> {
  await endApplication(master);
  return raiseExit(reason);
}

/** Ends the application's processes: the supervisor in order, then whatever else has this group leader. */
async function endApplication(master: Master): Promise<void> {
  const { node, self } = master.context;
  for (const { tag, from } of master.asking.values()) send(node.processes, from, tuple(tag, ERROR));
  const { starter } = master;
  if (starter !== undefined) {
    send(node.processes, starter, tuple(self.pid, atom("terminate")));
    await self.receive((message) => (isTagged(message, "EXIT", 3) && at(message, 1) === starter ? message : undefined));
  }
  for (const process of node.processes.all()) {
    if (process !== self && process.groupLeader === self.pid) exitTo(node.processes, self, process.pid, atom("kill"));
  }
}

/** `application_master:call/2`: `{Request, Tag, Self}`; `ok` when the master ends instead of answering. */
export async function callMaster({ node, self }: Context, master: Term, request: Atom): Promise<Term> {
  if (!(master instanceof PidClass)) return raiseExit("badarg");
  const tag = node.processes.makeRef();
  const reference = monitor(node.processes, self, master);
  send(node.processes, master, tuple(request, tag, self.pid));
  const answer = await self.receive((message) => {
    if (downReason(message, reference) !== undefined) return OK;
    const isAnswer = message instanceof Tuple && message.arity === 2 && sameReference(at(message, 0), tag);
    return isAnswer ? at(message, 1) : undefined;
  });
  demonitor(node.processes, self, reference);
  return answer!;
}

/** What `catch Module:Function(...)` gives. */
export async function catchCall(context: Context, module: Atom, fun: string, args: readonly Term[]): Promise<Term> {
  let value: Value;
  try {
    value = await context.node.call(context.self, module, atom(fun), args);
  } catch (thrown) {
    value = caught(context.node.raisedOf(thrown));
  }
  return termOf(value);
}
