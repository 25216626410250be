import { applyInstruction } from "../../otp/apply.js";
import { CallError } from "../../otp/invoke.js";
import { whereis } from "../../otp/process.js";
import {
  childSpecification,
  deleteChild,
  startChild,
  terminateChild,
  whichChildrenEach,
} from "../../otp/supervisor.js";
import type { MfaTerm } from "../../release/instruction.js";
import { atomName } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { printTerm } from "../../terms/print.js";
import { Atom, ErlMap, Pid, Tuple, type Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { startAgain } from "./start-again.js";

/**
 * How the calls that scripts are known to make are taken back: applications that are started and stopped, and children
 * that are started and stopped where a supervisor's specification has changed, as OTP's documents tell to.
 */

/** Called with what the function returned: notes how to take that back. */
type Compensate = (result: Term) => void;

/** What has to be known before the call is made is asked here. Undefined where nobody knows how to take it back. */
export async function compensationFor(mfa: MfaTerm, context: ExecutionContext): Promise<Compensate | undefined> {
  if (mfa.module === "application") return ofApplication(mfa, context);
  const [supervisor, second] = mfa.args;
  if (mfa.module !== "supervisor" || supervisor === undefined || second === undefined) return undefined;
  switch (mfa.function) {
    case "restart_child":
      return ofStart(supervisor, second, context);
    case "start_child":
      return ofStartChild(supervisor, second, context);
    case "terminate_child":
      return await ofTerminate(supervisor, second, context);
    case "delete_child":
      return await ofDelete(supervisor, second, context);
    default:
      return undefined;
  }
}

const OPPOSITES: Readonly<Record<string, string>> = { start: "stop", stop: "start", load: "unload", unload: "load" };

function ofApplication({ module, function: fun, args }: MfaTerm, context: ExecutionContext): Compensate | undefined {
  const opposite = OPPOSITES[fun];
  if (opposite === undefined) return undefined;
  return (result) => {
    if (atomName(result) !== "ok") return;
    context.undo.push(`call ${module}:${opposite}/1`, async () => {
      const mfa = { module, function: opposite, args: args.slice(0, 1) };
      await applyInstruction(context.target, mfa, context.timeouts.callMs);
    });
  };
}

const isOk = (result: Term): boolean => result instanceof Tuple && atomName(result.elements[0]) === "ok";

/** A child that was started is stopped before the old code comes back, so that it doesn't meet it. */
function ofStart(supervisor: Term, id: Term, context: ExecutionContext): Compensate {
  const options = { timeoutMs: context.timeouts.callMs };
  return (result) => {
    if (!isOk(result)) return;
    context.undo.push(`stop the child ${printTerm(id)} again`, async () => {
      await terminateChild(context.target, supervisor, id, options);
    });
  };
}

/** A child that was added goes: by its id, or by its pid where it was started with arguments only. */
function ofStartChild(supervisor: Term, specification: Term, context: ExecutionContext): Compensate {
  const options = { timeoutMs: context.timeouts.callMs };
  const id = idOf(specification);
  return (result) => {
    const [, pid] = isOk(result) ? (result as Tuple).elements : [];
    const child = id ?? (pid instanceof Pid ? pid : undefined);
    if (child === undefined) return;
    context.undo.push(`take the child ${printTerm(child)} away again`, async () => {
      await terminateChild(context.target, supervisor, child, options);
      if (id !== undefined) await deleteChild(context.target, supervisor, id, options);
    });
  };
}

/** The id in a child specification, a map or a tuple; undefined for a list of arguments. */
function idOf(specification: Term): Term | undefined {
  if (specification instanceof Tuple) return specification.elements[0];
  if (!(specification instanceof ErlMap)) return undefined;
  return specification.entries.find(([key]) => key instanceof Atom && key.name === "id")?.[1];
}

/** A child that ran and was stopped is started when all old code is back. */
async function ofTerminate(supervisor: Term, id: Term, context: ExecutionContext): Promise<Compensate | undefined> {
  const specification = await specificationOf(supervisor, id, context);
  if (specification === undefined || !(await isRunning(supervisor, id, context))) return undefined;
  return (result) => {
    if (atomName(result) !== "ok") return;
    context.stoppedByCall.add(keyOf(supervisor, id));
    context.undo.pushLast(`start the child ${printTerm(id)} again`, () =>
      startAgain([{ supervisor, id, specification }], context),
    );
  };
}

/** A specification that was deleted is added; that starts the child, which is stopped where it didn't run before. */
async function ofDelete(supervisor: Term, id: Term, context: ExecutionContext): Promise<Compensate | undefined> {
  const options = { timeoutMs: context.timeouts.callMs };
  const specification = await specificationOf(supervisor, id, context);
  if (specification === undefined) return undefined;
  return (result) => {
    if (atomName(result) !== "ok") return;
    context.undo.pushLast(`add the child ${printTerm(id)} again`, async () => {
      const refusal = await startChild(context.target, supervisor, specification, options);
      const wasRunning = context.stoppedByCall.has(keyOf(supervisor, id));
      if (refusal === undefined && !wasRunning) await terminateChild(context.target, supervisor, id, options);
    });
  };
}

/** Undefined also where the supervisor can't be asked: the call itself will say why. */
async function specificationOf(supervisor: Term, id: Term, context: ExecutionContext): Promise<Term | undefined> {
  try {
    return await childSpecification(context.target, supervisor, id, { timeoutMs: context.timeouts.callMs });
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}

async function isRunning(supervisor: Term, id: Term, { target, timeouts }: ExecutionContext): Promise<boolean> {
  const pid = supervisor instanceof Atom ? await whereis(target, supervisor) : supervisor;
  if (!(pid instanceof Pid)) return false;
  const [children] = await whichChildrenEach(target, [pid], timeouts.callMs);
  return Array.isArray(children) && children.some((child) => child.pid !== undefined && equals(child.id, id));
}

const keyOf = (supervisor: Term, id: Term): string => `${printTerm(supervisor)} ${printTerm(id)}`;
