import { askEach } from "../../otp/batch.js";
import { CallError, invoke, UnexpectedAnswer } from "../../otp/invoke.js";
import { pidText } from "../../otp/process.js";
import type { Target } from "../../target/target.js";
import { atomName, listElements, taggedTuple, textOf } from "../../terms/access.js";
import { atom, Pid, tuple, type Term } from "../../terms/term.js";
import type { GuardianRecord, Undone } from "./record.js";

/** What is read of a guardian's log without the code and the pids in it, which may be large. */

type Logging = Pick<GuardianRecord, "log">;

/** What became of taking back. */
export interface Undoing {
  /** Why it was begun. */
  readonly cause: string | undefined;
  /** What was taken back, and what could not be, in the order it was tried. */
  readonly undone: readonly Undone[];
}

/** What was taken back, and what could not be; nothing where the node can't be asked. */
export async function undoneEntries(target: Target, { log }: Logging): Promise<Undoing> {
  try {
    const key = tuple(atom("undone"), atom("$1"), atom("$2"));
    const [[cause], rows] = await Promise.all([
      matches(target, log, tuple(atom("cause"), atom("$1"))),
      matches(target, log, tuple(key, atom("$3"), atom("$4"))),
    ]);
    return {
      cause: atomName(cause?.[0]),
      undone: rows.sort(inOrder).map(([, order, what, result]) => ({
        what: textOf(what) ?? "",
        order: number(order),
        failure: taggedTuple(result, "error", 2)?.[1],
      })),
    };
  } catch (error) {
    if (error instanceof CallError) return { cause: undefined, undone: [] };
    throw error;
  }
}

/** What is left to be taken back, in the order that it is done in. */
export async function undoEntries(target: Target, { log }: Logging): Promise<string[]> {
  const key = tuple(atom("undo"), atom("$1"), atom("$2"));
  const rows = await matches(target, log, tuple(key, atom("$3"), atom("_")));
  return rows.sort(inOrder).map(([, , what]) => textOf(what) ?? "");
}

const number = (term: Term | undefined): number => (typeof term === "number" ? term : 0);

/** By section and order, which come first. */
const inOrder = (a: readonly Term[], b: readonly Term[]): number =>
  number(a[0]) - number(b[0]) || number(a[1]) - number(b[1]);

/** The code that each module got: MD5 in hexadecimal. */
export async function loadedByUpgrade(target: Target, { log }: Logging): Promise<Map<string, string>> {
  const rows = await matches(target, log, tuple(tuple(atom("loads"), atom("$1")), atom("$2")));
  return new Map(rows.flatMap(([module, md5]) => [[atomName(module) ?? "", textOf(md5) ?? ""] as const]));
}

/** Processes, as text, that stay suspended, because their state and the code that is loaded are of two versions. */
export async function heldProcesses(target: Target, { log }: Logging): Promise<string[]> {
  const rows = await matches(target, log, tuple(tuple(atom("held"), atom("$1"), atom("_"))));
  const pids = rows.flatMap(([pid]) => (pid instanceof Pid ? [pid] : []));
  const args = pids.map((pid) => [pid]);
  const alive = await askEach(target, "erlang:is_process_alive/1", args);
  const held = pids.filter((_, index) => {
    const outcome = alive[index]!;
    return outcome.kind !== "returned" || atomName(outcome.value) !== "false";
  });
  // One may be held for more than one reason.
  return [...new Set(held.map(pidText))];
}

/** `ets:match/2`: what the variables stand for in each row, in the order of the keys. */
async function matches(target: Target, log: Term, pattern: Term): Promise<(readonly Term[])[]> {
  const answer = await invoke(target, "ets:match/2", [log, pattern]);
  const rows = listElements(answer)?.map(listElements);
  if (rows === undefined) throw new UnexpectedAnswer("ets:match/2", answer);
  return rows.flatMap((row) => (row === undefined ? [] : [row]));
}
