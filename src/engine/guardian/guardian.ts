import { evaluate } from "../../otp/erl-eval.js";
import { CallError, attempt, invoke, UnexpectedAnswer } from "../../otp/invoke.js";
import { tagsStates } from "../../otp/state-answer.js";
import type { Outcome, Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import { atomName, listElements, taggedTuple, tupleElements } from "../../terms/access.js";
import { atom, list, map, Pid, string, tuple, type Term } from "../../terms/term.js";
import { undoneEntries, type Undoing } from "./entries.js";
import { behindFence } from "./fence.js";
import { blockOf, formsOf } from "./forms-of.js";
import { lockedProblem } from "./locked.js";
import type { GuardianRecord, Holder, Phase } from "./record.js";

export interface GuardianOptions {
  readonly holder: Holder;
  /** After so long without a sign of us the guardian takes the upgrade back, even where the connection still stands. */
  readonly leaseMs: number;
  /** For one system message, while it takes the upgrade back. */
  readonly callMs: number;
}

/** How long the guardian may take to take everything back, when it is asked to. */
const ROLLBACK_MS = 10 * 60_000;
const ASK_MS = 5_000;
/** Children may take their time to stop. */
const BEGIN_ANEW_MS = 60_000;

/** Of how many processes states are kept, and what they take. */
export interface KeptStates {
  readonly processes: number;
  readonly memoryBytes: number;
}

/** What the guardian did when it was told to take everything back. */
export interface TakenBack extends Undoing {
  readonly phase: Phase | "gone" | "locked" | "unknown";
}

/**
 * The process on the node that locks it for one upgrade, keeps what is needed to take it back, and takes it back when it
 * is told to, when we are gone, or when it has heard nothing of us for the time of the lease. What it does is in
 * erl/guardian/.
 */
export class Guardian {
  /** The node behind a fence: see {@link behindFence}. */
  readonly target: Target;
  /** The table of kept states. */
  readonly states: Term;
  readonly #node: Target;
  readonly #pid: Pid;
  readonly #log: Term;
  #renewal: NodeJS.Timeout | undefined;

  constructor(node: Target, pid: Pid, log: Term, states: Term) {
    this.#node = node;
    this.#pid = pid;
    this.#log = log;
    this.states = states;
    this.target = behindFence(node, log);
  }

  /** The guardian that was found by its name, posted by whoever it was. */
  static of(node: Target, { pid, log, states }: GuardianRecord): Guardian {
    return new Guardian(node, pid, log, states);
  }

  /**
   * Posts a guardian on the node, and so locks it.
   * @throws ProblemError with the code `locked` when another upgrade holds the node, CallError when it can't be asked
   */
  static async post(node: Target, options: GuardianOptions): Promise<Guardian> {
    const { client } = node.identity;
    const lease = client === undefined ? atom("infinity") : options.leaseMs;
    const outcome = await evaluate(node, blockOf("post"), {
      Program: formsOf("guardian"),
      // Sorted by name.
      Bindings: list(
        tuple(atom("CallMs"), options.callMs),
        tuple(atom("Client"), client ?? atom("undefined")),
        tuple(atom("Holder"), holderTerm(options.holder)),
        tuple(atom("IsTagged"), atom((await tagsStates(node)) ? "true" : "false")),
        tuple(atom("LeaseMs"), lease),
      ),
    });
    if (outcome.kind !== "returned") throw new CallError("erl_eval:exprs/2", outcome);
    if (atomName(outcome.value) === "taken") throw new ProblemError([await lockedProblem(node)]);
    const [pid, log, states] = tupleElements(outcome.value, 3) ?? [];
    if (!(pid instanceof Pid)) throw new UnexpectedAnswer("erl_eval:exprs/2", outcome.value);
    const guardian = new Guardian(node, pid, log!, states!);
    if (client !== undefined) guardian.#keepRenewing(client, options.leaseMs / 3);
    return guardian;
  }

  #keepRenewing(client: Pid, everyMs: number): void {
    const sign = tuple(atom("renew"), client);
    this.#renewal = setInterval(() => {
      // A sign that is lost is made up for by the next one, and by nothing when the node is gone.
      void attempt(this.#node, "erlang:send/2", [this.#pid, sign], { timeoutMs: everyMs });
    }, everyMs);
    this.#renewal.unref();
  }

  /**
   * Notes rows in the guardian's log.
   * @throws CallError when the node can't be asked, or the guardian has begun to take the upgrade back
   */
  async note(rows: readonly Term[]): Promise<void> {
    await invoke(this.target, "ets:insert/2", [this.#log, list(...rows)], { timeoutMs: ASK_MS });
  }

  /**
   * Notes which processes the node has now.
   * @throws CallError as `note`
   */
  async noteProcesses(key: Term): Promise<void> {
    const outcome = await evaluate(this.target, blockOf("note_processes"), { Key: key, Log: this.#log });
    if (outcome.kind !== "returned") throw new CallError("ets:insert/2", outcome);
  }

  /**
   * Has the processes begin anew that began on the old code in the middle of the upgrade, and run the new one now: nobody
   * has changed their states. Gives them; undefined where it can't be seen.
   */
  async beginAnew(): Promise<readonly Pid[] | undefined> {
    if ((await this.#ask("begin_anew", BEGIN_ANEW_MS)) !== "begun_anew") return undefined;
    return await this.#pidsUnder("begun_anew");
  }

  /** Pids that the guardian has noted under a key. @throws CallError when the node can't be asked */
  async #pidsUnder(key: string): Promise<readonly Pid[]> {
    const rows = await invoke(this.#node, "ets:lookup/2", [this.#log, atom(key)], { timeoutMs: ASK_MS });
    const [found] = listElements(rows) ?? [];
    return listElements(tupleElements(found, 2)?.[1])?.filter((pid) => pid instanceof Pid) ?? [];
  }

  /**
   * The processes that began on the new code, and would begin anew when it is taken back.
   * @throws CallError when the node can't be asked
   */
  async newcomers(): Promise<readonly Pid[]> {
    const outcome = await this.#put("look_for_newcomers", ASK_MS);
    if (outcome.kind !== "returned") throw new CallError("erl_eval:expr/5", outcome);
    return await this.#pidsUnder("newcomers");
  }

  /** The upgrade is done: it can be taken back later on, but not for our end. False when the guardian doesn't say so. */
  async upgraded(): Promise<boolean> {
    const answer = await this.#ask("upgraded", ASK_MS);
    this.#stopRenewing();
    return answer === "upgraded";
  }

  /** Has everything taken back, the last thing first. Never rejects for what the node does. */
  async rollBack(): Promise<TakenBack> {
    this.#stopRenewing();
    const phase = await this.#ask("roll_back", ROLLBACK_MS);
    return { phase: phase as TakenBack["phase"], ...(await undoneEntries(this.#node, { log: this.#log })) };
  }

  /** The states that are kept, and the node's memory that they take; undefined where the node doesn't tell. */
  async keptStates(): Promise<KeptStates | undefined> {
    const ask = async (name: "ets:info/2" | "erlang:system_info/1", args: readonly Term[]): Promise<number> => {
      const outcome = await attempt(this.#node, name, args, { timeoutMs: ASK_MS });
      return outcome.kind === "returned" && typeof outcome.value === "number" ? outcome.value : NaN;
    };
    const [processes, words, wordSize] = await Promise.all([
      ask("ets:info/2", [this.states, atom("size")]),
      ask("ets:info/2", [this.states, atom("memory")]),
      ask("erlang:system_info/1", [atom("wordsize")]),
    ]);
    const memoryBytes = words * wordSize;
    return Number.isNaN(processes + memoryBytes) ? undefined : { processes, memoryBytes };
  }

  /** Ends the guardian, with all that it keeps. The node is unlocked. */
  async forget(): Promise<void> {
    this.#stopRenewing();
    await this.#ask("forget", ASK_MS);
  }

  /**
   * Leaves the upgrade as it is, though it failed: what is suspended stays so, and the node stays locked, until somebody
   * has it taken back.
   */
  async leaveAsItIs(): Promise<void> {
    this.#stopRenewing();
    await this.#ask("leave", ASK_MS);
  }

  /** Leaves the guardian as it is: the connection ends, or somebody else goes on. */
  leave(): void {
    this.#stopRenewing();
  }

  #stopRenewing(): void {
    clearInterval(this.#renewal);
  }

  /** `gone` where the guardian is there no more, `unknown` where it didn't answer in time or the node is lost. */
  async #ask(question: string, timeoutMs: number): Promise<string> {
    const outcome = await this.#put(question, timeoutMs);
    if (outcome.kind !== "returned") return "unknown";
    return atomName(taggedTuple(outcome.value, "answer", 2)?.[1]) ?? "gone";
  }

  /** Puts a question to the guardian: `{answer, Answer}`, or that it is gone. */
  async #put(question: string, timeoutMs: number): Promise<Outcome> {
    const bindings = { Guardian: this.#pid, Question: atom(question) };
    return await evaluate(this.#node, blockOf("ask"), bindings, { timeoutMs });
  }
}

function holderTerm(holder: Holder): Term {
  return map(
    Object.entries(holder).map(([key, value]: [string, string | number]) => [
      atom(key),
      typeof value === "number" ? value : string(value),
    ]),
  );
}
