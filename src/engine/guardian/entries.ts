import { attemptEach } from "../../otp/batch.js";
import { invoke, UnexpectedAnswer } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { atomName, listElements, textOf } from "../../terms/access.js";
import { atom, Pid, tuple, type Term } from "../../terms/term.js";
import type { GuardianRecord } from "./record.js";

/** What is read of a guardian's log without the code and the pids in it, which may be large. */

/** What is left to be taken back, in the order that it is done in. */
export async function undoEntries(target: Target, { log }: GuardianRecord): Promise<string[]> {
  const key = tuple(atom("undo"), atom("$1"), atom("$2"));
  const rows = await matches(target, log, tuple(key, atom("$3"), atom("_")));
  const number = (term: Term | undefined): number => (typeof term === "number" ? term : 0);
  return rows
    .sort((a, b) => number(a[0]) - number(b[0]) || number(a[1]) - number(b[1]))
    .map(([, , what]) => textOf(what) ?? "");
}

/** The code that each module got: MD5 in hexadecimal. */
export async function loadedByUpgrade(target: Target, { log }: GuardianRecord): Promise<Map<string, string>> {
  const rows = await matches(target, log, tuple(tuple(atom("loads"), atom("$1")), atom("$2")));
  return new Map(rows.flatMap(([module, md5]) => [[atomName(module) ?? "", textOf(md5) ?? ""] as const]));
}

/** Processes that stay suspended, because their state and the code that is loaded are of two versions. */
export async function heldProcesses(target: Target, { log }: GuardianRecord): Promise<Pid[]> {
  const rows = await matches(target, log, tuple(tuple(atom("held"), atom("$1"), atom("_"))));
  const pids = rows.flatMap(([pid]) => (pid instanceof Pid ? [pid] : []));
  const args = pids.map((pid) => [pid]);
  const alive = await attemptEach(target, "erlang:is_process_alive/1", args);
  return pids.filter((_, index) => {
    const outcome = alive[index]!;
    return outcome.kind !== "returned" || atomName(outcome.value) !== "false";
  });
}

/** `ets:match/2`: what the variables stand for in each row, in the order of the keys. */
async function matches(target: Target, log: Term, pattern: Term): Promise<(readonly Term[])[]> {
  const answer = await invoke(target, "ets:match/2", [log, pattern]);
  const rows = listElements(answer)?.map(listElements);
  if (rows === undefined) throw new UnexpectedAnswer("ets:match/2", answer);
  return rows.flatMap((row) => (row === undefined ? [] : [row]));
}
