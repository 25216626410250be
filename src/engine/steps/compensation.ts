import { isLoaded, restartType, whichApplications } from "../../otp/application.js";
import { whereis } from "../../otp/process.js";
import { CallError } from "../../otp/invoke.js";
import { childSpecification, whichChildrenEach } from "../../otp/supervisor.js";
import type { MfaTerm } from "../../release/instruction.js";
import { atomName } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { printTerm } from "../../terms/print.js";
import { Atom, ErlMap, Pid, Tuple, type Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { undo } from "../guardian/undo-action.js";

/**
 * How the calls that scripts are known to make are taken back: applications that are started and stopped, and children
 * that are started and stopped where a supervisor's specification has changed, as OTP's documents tell to. It is noted
 * before the call is made, of what the call would change as things are.
 */

/** For what can only be noted when it is known what the call gave. */
type AfterCall = (result: Term) => Promise<void>;

export async function noteCompensation(mfa: MfaTerm, context: ExecutionContext): Promise<AfterCall | undefined> {
  const [first, second] = mfa.args;
  if (first === undefined) return undefined;
  if (mfa.module === "application") await ofApplication(mfa, first, context);
  if (mfa.module !== "supervisor" || second === undefined) return undefined;
  switch (mfa.function) {
    case "restart_child":
      await ofStart(first, second, context);
      return undefined;
    case "start_child":
      return await ofStartChild(first, second, context);
    case "terminate_child":
      await ofTerminate(first, second, context);
      return undefined;
    case "delete_child":
      await ofDelete(first, second, context);
      return undefined;
    default:
      return undefined;
  }
}

const OPPOSITES: Readonly<Record<string, string>> = { start: "stop", stop: "start", load: "unload", unload: "load" };

async function ofApplication(mfa: MfaTerm, application: Term, context: ExecutionContext): Promise<void> {
  const opposite = OPPOSITES[mfa.function];
  const name = atomName(application);
  if (opposite === undefined || name === undefined) return;
  const options = { timeoutMs: context.timeouts.callMs };
  const isThere = mfa.function.endsWith("load")
    ? await isLoaded(context.target, name, options)
    : (await whichApplications(context.target, options)).some((running) => running.name === name);
  const changes = isThere === (mfa.function === "stop" || mfa.function === "unload");
  if (!changes) return;
  // What was started for good is started for good again.
  const type = opposite === "start" ? await restartType(context.target, name, options) : undefined;
  const args = type === undefined ? [application] : [application, type];
  const call = { module: "application", function: opposite, args };
  await context.undo.push(`call application:${opposite}/${args.length} for ${name}`, undo.call(call));
}

/** A child that is started is stopped before the old code comes back, so that it doesn't meet it. */
async function ofStart(supervisor: Term, id: Term, context: ExecutionContext): Promise<void> {
  if ((await runningChild(supervisor, id, context)) !== undefined) return;
  const child = { supervisor, id, specification: undefined, pid: undefined };
  await context.undo.push(`stop the child ${printTerm(id)} again`, undo.stopChildren([child]));
}

/** A child that is added goes: by its id, or by its pid where it is started with arguments only. */
async function ofStartChild(
  supervisor: Term,
  specification: Term,
  context: ExecutionContext,
): Promise<AfterCall | undefined> {
  const id = idOf(specification);
  if (id === undefined) {
    return async (result) => {
      const [ok, pid] = result instanceof Tuple ? result.elements : [];
      if (atomName(ok) !== "ok" || !(pid instanceof Pid)) return;
      await context.undo.push("take the child that was added away again", undo.takeChildAway(supervisor, pid, false));
    };
  }
  if ((await specificationOf(supervisor, id, context)) !== undefined) return undefined;
  await context.undo.push(`take the child ${printTerm(id)} away again`, undo.takeChildAway(supervisor, id, true));
  return undefined;
}

/** The id in a child specification, a map or a tuple; undefined for a list of arguments. */
function idOf(specification: Term): Term | undefined {
  if (specification instanceof Tuple) return specification.elements[0];
  if (!(specification instanceof ErlMap)) return undefined;
  return specification.entries.find(([key]) => key instanceof Atom && key.name === "id")?.[1];
}

/** A child that runs and is stopped is started when all old code is back. */
async function ofTerminate(supervisor: Term, id: Term, context: ExecutionContext): Promise<void> {
  const specification = await specificationOf(supervisor, id, context);
  const pid = await runningChild(supervisor, id, context);
  if (specification === undefined || pid === undefined) return;
  context.stoppedByCall.add(keyOf(supervisor, id));
  const child = { supervisor, id, specification, pid };
  await context.undo.pushLast(`start the child ${printTerm(id)} again`, undo.startChildren([child]));
}

/** A specification that is deleted is added; that starts the child, which is stopped where it didn't run before. */
async function ofDelete(supervisor: Term, id: Term, context: ExecutionContext): Promise<void> {
  const specification = await specificationOf(supervisor, id, context);
  if (specification === undefined || (await runningChild(supervisor, id, context)) !== undefined) return;
  const wasRunning = context.stoppedByCall.has(keyOf(supervisor, id));
  await context.undo.pushLast(
    `add the child ${printTerm(id)} again`,
    undo.addChild(supervisor, id, specification, wasRunning),
  );
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

async function runningChild(
  supervisor: Term,
  id: Term,
  { target, timeouts }: ExecutionContext,
): Promise<Pid | undefined> {
  const pid = supervisor instanceof Atom ? await whereis(target, supervisor) : supervisor;
  if (!(pid instanceof Pid)) return undefined;
  const [children] = await whichChildrenEach(target, [pid], timeouts.callMs);
  return Array.isArray(children) ? children.find((child) => equals(child.id, id))?.pid : undefined;
}

const keyOf = (supervisor: Term, id: Term): string => `${printTerm(supervisor)} ${printTerm(id)}`;
