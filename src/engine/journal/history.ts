import { isPutRight } from "./aftermath.js";
import type { ReadJournal } from "./read.js";
import type { ActRecord, BeginRecord, EndRecord, JournalRecord, OutcomeRecord, ProblemRecord } from "./records.js";

/** What became of one act: `begun` where nobody lived to write its outcome. */
export type ActStatus = "done" | "failed" | "begun" | "not_begun";

export interface ActHistory {
  readonly status: ActStatus;
  readonly began: string | undefined;
  readonly durationMs: number | undefined;
  readonly problem: ProblemRecord | undefined;
}

export interface StepHistory extends ActHistory {
  readonly index: number;
  /** Undefined where the beginning of the journal can't be read. */
  readonly instruction: string | undefined;
  readonly modules: readonly string[];
  readonly called: string | undefined;
  /** The processes that it was meant for: of a code_change, resume or start those of the suspend or stop before it. */
  readonly pids: readonly string[];
  /** How many it touched. */
  readonly processes: number | undefined;
  readonly skipped: readonly { readonly pid: string; readonly why: string }[];
}

/** One upgrade as its journal tells it: for people, and to put a node right after a crash. */
export interface UpgradeHistory extends ReadJournal {
  readonly begin: BeginRecord | undefined;
  readonly end: EndRecord | undefined;
  /** `unfinished`: there is no end. It is at work, or it was cut off. */
  readonly status: EndRecord["outcome"] | "unfinished" | "unreadable";
  readonly beforeSteps: ActHistory;
  readonly steps: readonly StepHistory[];
  readonly afterSteps: ActHistory;
  /** All of it at once, by the node's own release handler: then no step is begun by itself. */
  readonly install: ActHistory;
  /** When everything began to be taken back, and why; undefined where nothing was. */
  readonly rollback: { readonly at: string; readonly because: ProblemRecord } | undefined;
  readonly notes: readonly { readonly at: string; readonly what: string; readonly by: string | undefined }[];
  /** The step that was begun last; undefined where none was. */
  readonly reached: number | undefined;
  /** Processes, as text, that may be suspended by this upgrade: none after a good end, or when it was put right. */
  readonly suspended: readonly string[];
}

/** Puts the records of a journal together. Whatever is missing of them, the rest is told. */
export function historyOf(journal: ReadJournal): UpgradeHistory {
  const { records } = journal;
  const begin = records.find((record) => record.type === "begin");
  const end = records.find((record) => record.type === "end");
  const rollback = records.find((record) => record.type === "rollback");
  const begun = records.flatMap((record) =>
    record.type === "intent" && record.act.kind === "step" ? [record.act.index] : [],
  );
  const notes = records.flatMap((record) =>
    record.type === "note" ? [{ at: record.at, what: record.what, by: record.by }] : [],
  );
  return {
    ...journal,
    begin,
    end,
    status: end?.outcome ?? (begin === undefined ? "unreadable" : "unfinished"),
    beforeSteps: actHistory(records, { kind: "before_steps" }),
    steps: stepHistories(records, begin),
    afterSteps: actHistory(records, { kind: "after_steps" }),
    install: actHistory(records, { kind: "install" }),
    rollback: rollback && { at: rollback.at, because: rollback.because },
    notes,
    reached: begun.at(-1),
    suspended: isPutRight(notes) ? [] : (end?.stillSuspended ?? suspendedPids(records, begin)),
  };
}

function stepHistories(records: readonly JournalRecord[], begin: BeginRecord | undefined): StepHistory[] {
  const named = records.flatMap((record) =>
    (record.type === "intent" || record.type === "outcome") && record.act.kind === "step" ? [record.act.index] : [],
  );
  const length = Math.max(begin?.steps.length ?? 0, ...named.map((index) => index + 1));
  return Array.from({ length }, (_, index) => {
    const act: ActRecord = { kind: "step", index };
    const [planned, outcome] = [begin?.steps[index], outcomeOf(records, act)];
    return {
      ...actHistory(records, act),
      index,
      instruction: planned?.instruction,
      modules: planned?.modules ?? [],
      called: planned?.called ?? undefined,
      pids: pidsOf(index, records, begin),
      processes: outcome?.processes,
      skipped: outcome?.skipped ?? [],
    };
  });
}

/** What a step takes its processes from. */
const TAKEN_BY: Readonly<Record<string, string>> = { code_change: "suspend", resume: "suspend", start: "stop" };

function pidsOf(index: number, records: readonly JournalRecord[], begin: BeginRecord | undefined): readonly string[] {
  const own = intentOf(records, { kind: "step", index });
  const step = begin?.steps[index];
  if (own?.pids !== undefined || own === undefined || step === undefined) return own?.pids ?? [];
  const taking = begin!.steps.filter(
    (each) =>
      each.index < index &&
      each.instruction === TAKEN_BY[step.instruction] &&
      each.modules.some((module) => step.modules.includes(module)),
  );
  const pids = taking.flatMap((each) => intentOf(records, { kind: "step", index: each.index })?.pids ?? []);
  return [...new Set(pids)];
}

function actHistory(records: readonly JournalRecord[], act: ActRecord): ActHistory {
  const [intent, outcome] = [intentOf(records, act), outcomeOf(records, act)];
  return {
    status: outcome?.status ?? (intent === undefined ? "not_begun" : "begun"),
    began: intent?.at,
    durationMs: outcome?.durationMs,
    problem: outcome?.problem,
  };
}

const isSame = (a: ActRecord, b: ActRecord): boolean =>
  a.kind === b.kind && (a.kind !== "step" || a.index === (b as typeof a).index);

const intentOf = (records: readonly JournalRecord[], act: ActRecord) =>
  records.find((record) => record.type === "intent" && isSame(record.act, act)) as
    Extract<JournalRecord, { type: "intent" }> | undefined;

const outcomeOf = (records: readonly JournalRecord[], act: ActRecord): OutcomeRecord | undefined =>
  records.find((record) => record.type === "outcome" && isSame(record.act, act)) as OutcomeRecord | undefined;

/**
 * The processes that are suspended after the last record: those that the last suspend or resume left, and those of a
 * suspend of which no outcome is there.
 */
function suspendedPids(records: readonly JournalRecord[], begin: BeginRecord | undefined): string[] {
  let suspended = new Set<string>();
  for (const record of records) {
    if (record.type === "outcome" && record.suspended !== undefined) suspended = new Set(record.suspended);
    if (record.type !== "intent" || record.act.kind !== "step") continue;
    if (begin?.steps[record.act.index]?.instruction !== "suspend") continue;
    for (const pid of record.pids ?? []) suspended.add(pid);
  }
  return [...suspended];
}
