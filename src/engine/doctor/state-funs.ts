import { loadedMd5s } from "../../otp/code.js";
import { answered } from "../../otp/invoke.js";
import { ProcessGroup } from "../../otp/process-group.js";
import type { ProcessPlace } from "../../otp/process-place.js";
import { fateOf, stateOfEach } from "../../otp/sys.js";
import type { Outcome, Target } from "../../target/target.js";
import { ErlMap, List, OpaqueFun, Tuple, type Term } from "../../terms/term.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { InspectedCallback, Inspection, StateFun } from "../../upgrade/inspection.js";
import { isOtpApplication } from "../../upgrade/otp-applications.js";

/** States that are held here at a time: they may be large. */
const AT_A_TIME = 500;

/**
 * Reads the states of all processes of a behaviour and looks for funs of a module's body: such a fun is of one version of
 * its module, and breaks when that is gone. Processes whose callback module is OTP's own, and those known to be silent, are
 * passed over; those that don't tell their state, or not in time, are named.
 */
export async function inspectFuns(
  target: Target,
  processes: readonly ObservedProcess[],
  places: readonly (ProcessPlace | undefined)[],
  known: { readonly callbacks: ReadonlyMap<string, InspectedCallback>; readonly silent: readonly string[] },
  timeoutMs: number,
): Promise<Pick<Inspection, "funs" | "statesNotRead">> {
  const silent = new Set(known.silent);
  const asked = processes.filter(({ text }, index) => {
    const { module = "", function: fun } = places[index]?.startedIn ?? {};
    const callback = known.callbacks.get(module);
    if (silent.has(text)) return false;
    if (fun !== "init" || callback?.answersSystemMessages !== true) return false;
    return callback.application === undefined || !isOtpApplication(callback.application) || isAgent(module);
  });
  const found: { readonly pid: string; readonly fun: OpaqueFun }[] = [];
  const statesNotRead: string[] = [];
  for (let at = 0; at < asked.length; at += AT_A_TIME) {
    const some = asked.slice(at, at + AT_A_TIME);
    const states = await stateOfEach(target, new ProcessGroup(some.map(({ pid }) => pid)), timeoutMs);
    states.forEach((state, index) => {
      const pid = some[index]!.text;
      const answer = isLate(state) ? undefined : answered("sys:get_state/2", state);
      if (answer?.kind === "returned") for (const fun of funsIn(answer.value)) found.push({ pid, fun });
      else if (fateOf(state) !== "gone") statesNotRead.push(pid);
    });
  }
  const modules = [...new Set(found.map(({ fun }) => fun.module.name))];
  const md5s = await loadedMd5s(target, modules, { timeoutMs: Math.max(timeoutMs, 10_000) });
  const loaded = new Map(modules.map((module, index) => [module, md5s[index]]));
  const distinct = new Map<string, StateFun>();
  for (const { pid, fun } of found) {
    const module = fun.module.name;
    const state = { pid, module, isCurrent: codeOf(fun) === loaded.get(module) };
    distinct.set(JSON.stringify(state), state);
  }
  return { funs: [...distinct.values()], statesNotRead };
}

/** A large state may take longer than a question. */
const isLate = (state: Outcome): boolean => state.kind === "unknown" && state.cause === "timeout";

/** Elixir's Agent keeps whatever its owner put there. */
const isAgent = (module: string): boolean => module === "Elixir.Agent.Server";

/** The MD5 of the code that a fun is of: `Uniq` of NEW_FUN_EXT, behind the tag, the size and the arity. */
const codeOf = (fun: OpaqueFun): string => Buffer.from(fun.external.subarray(6, 22)).toString("hex");

/** Every fun of a module's body in a term, without recursion: a state may be nested deeply. */
function funsIn(state: Term): OpaqueFun[] {
  const funs: OpaqueFun[] = [];
  const waiting: Term[] = [state];
  for (let term = waiting.pop(); term !== undefined; term = waiting.pop()) {
    if (term instanceof OpaqueFun) funs.push(term);
    else if (term instanceof Tuple) for (const element of term.elements) waiting.push(element);
    else if (term instanceof ErlMap) for (const [key, value] of term.entries) waiting.push(key, value);
    else if (term instanceof List) {
      for (const element of term.elements) waiting.push(element);
      if (term.tail !== undefined) waiting.push(term.tail);
    }
  }
  return funs;
}
