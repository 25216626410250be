import { type List, type Term, list } from "../../terms/term.js";

/**
 * The last events of a process, as many as it has room for: the queue that sys keeps, in the very form that a status
 * shows (`sys:nlog_put/2`). The latest events are in `newer`, latest first; once it is full the earlier ones move to
 * `older`, earliest first.
 */
export interface EventLog {
  /** How many more go in before it is full; 0 when it is. */
  readonly room: number;
  readonly newer: readonly Term[];
  readonly older: readonly Term[];
}

export const emptyLog = (length: number): EventLog => ({ room: length, newer: [], older: [] });

/** The log with one more event, and without the earliest when it was full. */
export function putEvent({ room, newer, older }: EventLog, event: Term): EventLog {
  if (room > 0) return { room: room - 1, newer: [event, ...newer], older };
  if (older.length > 0) return { room, newer: [event, ...newer], older: older.slice(1) };
  return { room, newer: [], older: [...[...newer].reverse(), event].slice(1) };
}

/** The events, earliest first. */
export const eventsOf = ({ newer, older }: EventLog): Term[] => [...older, ...[...newer].reverse()];

/** `[Room | Newer]`, or `[Newer | Older]` when it is full. */
export function logTerm({ room, newer, older }: EventLog): List {
  return room > 0 ? list(room, ...newer) : list(list(...newer), ...older);
}
