import { genServerLoops, genStatemLoops } from "../otp/loop-module.js";
import { dynamicModules, modulesExporting, stackModules, type ProcessFacts } from "../otp/process.js";
import { sysStatusEach } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import type { ObservedProcess, ProcessKind } from "../upgrade/facts.js";

/** What a process runs: the part of an observed process that takes more than its initial call to tell. */
export type RunningCode = Required<
  Pick<ObservedProcess, "kind" | "callbackModule" | "handlers" | "stack" | "suspended" | "hibernating">
>;

/** What is said of a process while it is being found out. */
type Draft = { -readonly [Key in keyof RunningCode]: RunningCode[Key] } & { readonly fact: ProcessFacts };

/** Functions by which a callback module shows what behaviour it is for. */
interface Traits {
  readonly genServer: ReadonlySet<string>;
  readonly genStatem: ReadonlySet<string>;
  readonly special: ReadonlySet<string>;
}

/** Where there are more gen_servers than this, not all are looked at: each costs the text of its variables. */
const GEN_SERVERS_READ = 20_000;
/** More hibernating processes than this are left asleep: it can't be told then whether one of them is suspended. */
const HIBERNATING_ASKED = 1_000;
/** More processes with code of their own than this are not looked at: each costs its stack. */
const STACKS_READ = 10_000;
const AGENT = "Elixir.Agent.Server";

/**
 * Finds out what runs each process, and whose callbacks it runs now, in the order given. The initial call tells it for
 * nearly all. It doesn't for one that has changed its module since (`gen_server:enter_loop`, `{change_callback_module,
 * M}`), for an event manager (its handlers run in it), and for an agent of Elixir (it notes the module of a function).
 * Processes that may not take system messages are asked nothing.
 * @param options.timeoutMs for each question to a process
 */
export async function runningCode(
  target: Target,
  facts: readonly ProcessFacts[],
  options: { readonly timeoutMs: number },
): Promise<RunningCode[]> {
  const started = new Set(facts.flatMap(({ initialCall }) => initialCall?.module ?? []));
  const traits = await traitsOf(target, [...started], options.timeoutMs);
  const drafts = facts.map((fact) => draftOf(fact, traits));
  await Promise.all([
    readGenServers(target, drafts, traits, options.timeoutMs),
    readGenStatems(target, drafts, options.timeoutMs),
    readHandlers(target, drafts, options.timeoutMs),
    wakeHibernating(target, drafts, options.timeoutMs),
    readStacks(target, drafts, options.timeoutMs),
  ]);
  return drafts.map(({ kind, callbackModule, handlers, stack, suspended, hibernating }) => ({
    kind,
    callbackModule,
    handlers,
    stack,
    suspended,
    hibernating,
  }));
}

async function traitsOf(target: Target, modules: readonly string[], timeoutMs: number): Promise<Traits> {
  const exporting = (fun: string, arity: number): Promise<Set<string>> =>
    modulesExporting(target, modules, fun, arity, { timeoutMs });
  const [genServer, genStatem, special] = await Promise.all([
    exporting("handle_call", 3),
    exporting("callback_mode", 0),
    exporting("system_continue", 3),
  ]);
  return { genServer, genStatem, special };
}

function draftOf(fact: ProcessFacts, traits: Traits): Draft {
  const { module = "", function: fun = "" } = fact.currentFunction ?? {};
  // Nothing is left but this, whatever slept. Since OTP 28 (erlang:hibernate/0) loops stay where they are, unless suspended.
  const hasNoStack = module === "erlang" && fun === "hibernate";
  const hibernating = hasNoStack || fun === "loop_hibernate";
  return {
    fact,
    kind: kindOf(fact, traits),
    callbackModule: fact.callbackModule,
    handlers: [],
    stack: [],
    suspended: hasNoStack ? undefined : module === "sys" && fun.startsWith("suspend_loop"),
    hibernating,
  };
}

const LOOPS: ReadonlyMap<string, ProcessKind> = new Map([
  ["gen_server", "gen_server"],
  ["gen_statem", "gen_statem"],
  ["gen_event", "gen_event"],
  ["gen_fsm", "gen_fsm"],
]);

/** By how it was started, by the loop it waits in, else by what its module exports. */
function kindOf({ initialCall, currentFunction }: ProcessFacts, traits: Traits): ProcessKind {
  if (initialCall === undefined) return "own_code";
  const { module } = initialCall;
  if (module === "supervisor" || module === "supervisor_bridge" || module === "gen_event") return module;
  const isLoop = /^(loop|fetch_msg)/.test(currentFunction?.function ?? "");
  const loop = isLoop ? LOOPS.get(currentFunction!.module) : undefined;
  if (loop !== undefined) return loop;
  if (traits.genStatem.has(module)) return "gen_statem";
  if (traits.genServer.has(module)) return "gen_server";
  if (traits.special.has(module)) return "special";
  // A suspended process takes system messages.
  const isSuspended = currentFunction?.module === "sys" && currentFunction.function.startsWith("suspend_loop");
  return isSuspended ? "special" : "own_code";
}

/**
 * What the loops of gen_servers run. Where there are very many, only those are looked at that were not started with a
 * module for gen_servers: the others have hardly left it.
 */
async function readGenServers(
  target: Target,
  drafts: readonly Draft[],
  traits: Traits,
  timeoutMs: number,
): Promise<void> {
  const startedWith = ({ fact }: Draft): string => fact.initialCall?.module ?? "";
  const awake = drafts.filter(
    (draft) =>
      (draft.kind === "gen_server" || (draft.kind === "special" && draft.suspended === true)) &&
      !draft.hibernating &&
      !traits.special.has(startedWith(draft)),
  );
  const asked =
    awake.length <= GEN_SERVERS_READ ? awake : awake.filter((draft) => !traits.genServer.has(startedWith(draft)));
  if (asked.length === 0) return;
  const pids = asked.map(({ fact }) => fact.pid);
  const loops = await genServerLoops(target, pids, timeoutMs);
  const named = [...new Set(loops.flatMap(({ names }) => names))];
  const servers = await modulesExporting(target, named, "handle_call", 3, { timeoutMs });
  asked.forEach((draft, index) => {
    const { names, waits } = loops[index]!;
    const found = names.filter((name) => servers.has(name));
    const module = !waits && found.includes(startedWith(draft)) ? startedWith(draft) : found[0];
    if (module === undefined) return;
    draft.kind = module === AGENT ? "agent" : "gen_server";
    if (module !== AGENT) draft.callbackModule = module;
  });
}

async function readGenStatems(target: Target, drafts: readonly Draft[], timeoutMs: number): Promise<void> {
  const asked = drafts.filter(({ kind, hibernating }) => kind === "gen_statem" && !hibernating);
  if (asked.length === 0) return;
  const pids = asked.map(({ fact }) => fact.pid);
  const modules = await genStatemLoops(target, pids, timeoutMs);
  asked.forEach((draft, index) => {
    draft.callbackModule = modules[index]![0] ?? draft.callbackModule;
  });
}

/** A suspended manager can't say which handlers it has. */
async function readHandlers(target: Target, drafts: readonly Draft[], timeoutMs: number): Promise<void> {
  const asked = drafts.filter(({ kind, suspended }) => kind === "gen_event" && suspended !== true);
  const pids = asked.map(({ fact }) => fact.pid);
  const modules = await dynamicModules(target, pids, timeoutMs);
  asked.forEach((draft, index) => {
    const answer = modules[index];
    if (Array.isArray(answer)) draft.handlers = [...new Set(answer)];
  });
}

/** Of a hibernating process no variable can be read. It takes a message and sleeps on. */
async function wakeHibernating(target: Target, drafts: readonly Draft[], timeoutMs: number): Promise<void> {
  const asked = drafts.filter(({ kind, hibernating }) => hibernating && kind !== "own_code");
  if (asked.length > HIBERNATING_ASKED) return;
  const pids = asked.map(({ fact }) => fact.pid);
  const statuses = await sysStatusEach(target, pids, timeoutMs);
  asked.forEach((draft, index) => {
    const { state, callbackModules } = statuses[index]!;
    if (state === "running" || state === "suspended") draft.suspended = state === "suspended";
    draft.callbackModule = callbackModules?.[0] ?? draft.callbackModule;
  });
}

async function readStacks(target: Target, drafts: readonly Draft[], timeoutMs: number): Promise<void> {
  const asked = drafts.filter(({ kind }) => kind === "own_code");
  if (asked.length > STACKS_READ) return;
  const pids = asked.map(({ fact }) => fact.pid);
  const stacks = await stackModules(target, pids, timeoutMs);
  asked.forEach((draft, index) => (draft.stack = stacks[index]!));
}
