import { encodeTerm } from "../terms/etf/encode.js";
import { binary, list, type Pid, type Term } from "../terms/term.js";
import { batchesOf } from "./batch.js";

/** Processes that are asked at the same time by one batch. More make the mailbox of answers slow to search. */
export const WINDOW = 50;

/** Windows of processes that are sent to the node together. */
export interface Batch {
  readonly size: number;
  readonly windows: number;
  /** A list of lists of pids, in the external term format: the node reads it with `binary_to_term/1`. */
  readonly encoded: Term;
}

/**
 * Processes that several messages will be sent to. They are encoded once, beforehand, so that no time is spent on it
 * while they are suspended.
 */
export class ProcessGroup {
  readonly pids: readonly Pid[];
  readonly batches: readonly Batch[];

  constructor(pids: readonly Pid[]) {
    this.pids = pids;
    this.batches = batchesOf(pids).map((batch) => {
      const windows: Term[] = [];
      for (let at = 0; at < batch.length; at += WINDOW) windows.push(list(...batch.slice(at, at + WINDOW)));
      return { size: batch.length, windows: windows.length, encoded: binary(encodeTerm(list(...windows))) };
    });
  }

  /** Some of its processes, by their indexes. */
  at(indexes: readonly number[]): Pid[] {
    return indexes.map((index) => this.pids[index]!);
  }

  /** Its processes but for some. */
  pidsBut(left: readonly Pid[]): readonly Pid[] {
    if (left.length === 0) return this.pids;
    const leftOut = new Set(left);
    return this.pids.filter((pid) => !leftOut.has(pid));
  }

  /** The group without some of its processes: itself where nothing is left out. */
  without(left: readonly Pid[]): ProcessGroup {
    return left.length === 0 ? this : new ProcessGroup(this.pidsBut(left));
  }
}
