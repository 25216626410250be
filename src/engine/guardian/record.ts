import { evaluate } from "../../otp/erl-eval.js";
import { CallError } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { atomName, mapValue, taggedTuple, textOf, tupleElements } from "../../terms/access.js";
import { atom, Pid, type Term } from "../../terms/term.js";
import { blockOf } from "./forms-of.js";

/** The name that locks a node while an upgrade is under way. */
export const LOCK = "relupctl";
/** The name under which the last upgrade that was done is kept, so that it can be taken back. */
export const LAST = "relupctl_last";
/** The name under which the last upgrade that was taken back is kept, until somebody has read what became of it. */
export const UNDONE = "relupctl_undone";

export type Phase = "upgrading" | "rolling_back" | "rolled_back" | "failed" | "upgraded";

/** Who upgrades, or has upgraded, as others are told. No secrets. */
export interface Holder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, by the clock of the host that upgrades. */
  readonly since: string;
  /** `counter 0.1.0 -> 0.2.0` */
  readonly upgrade: string;
  /** By which the journal is found. */
  readonly id: string;
  /** Of an upgrade of the whole release: the version that ran before. */
  readonly releaseBefore?: string;
}

/** The guardian of an upgrade as it is found on a node by its name. */
export interface GuardianRecord {
  readonly pid: Pid;
  readonly log: Term;
  readonly states: Term;
  readonly holder: Holder;
  readonly phase: Phase;
  /** Of the states that are kept, in words of the node's memory. */
  readonly memoryWords: number;
}

/**
 * Who is found under a name: the guardian's record; `other` for a process that is none of ours; undefined for nobody.
 * @throws CallError when the node can't be asked
 */
export async function findRecord(
  target: Target,
  name: typeof LOCK | typeof LAST | typeof UNDONE,
): Promise<GuardianRecord | "other" | undefined> {
  const outcome = await evaluate(target, blockOf("holder"), { Name: atom(name) });
  if (outcome.kind !== "returned") throw new CallError("erl_eval:expr/5", outcome);
  if (atomName(outcome.value) === "none") return undefined;
  const [pid, log, states, holder, phase, memory] = tupleElements(outcome.value, 6) ?? [];
  if (taggedTuple(outcome.value, "unknown", 2) !== undefined || !(pid instanceof Pid)) return "other";
  return {
    pid,
    log: log!,
    states: states!,
    holder: readHolder(holder!),
    phase: atomName(phase) as Phase,
    memoryWords: typeof memory === "number" ? memory : 0,
  };
}

function readHolder(term: Term): Holder {
  const text = (key: string): string => textOf(mapValue(term, atom(key)) ?? atom("")) ?? "";
  const pid = mapValue(term, atom("pid"));
  const releaseBefore = text("releaseBefore");
  return {
    ...(releaseBefore !== "" && { releaseBefore }),
    user: text("user"),
    host: text("host"),
    pid: typeof pid === "number" ? pid : 0,
    since: text("since"),
    upgrade: text("upgrade"),
    id: text("id"),
  };
}

/** What became of one action of a rollback. */
export interface Undone {
  readonly what: string;
  /** As it was noted with: see `UndoLog`. */
  readonly order: number;
  /** What `Undo` gave for it where it failed. */
  readonly failure: Term | undefined;
}
