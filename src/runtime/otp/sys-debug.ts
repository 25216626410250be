import { ExternalFun, type List, type Term, type Tuple, atom, list, nil, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { type EventLog, emptyLog, eventsOf, logTerm, putEvent } from "./event-log.js";
import { at, elementsOf, isNamed, isTagged, keyFind, ok } from "../support/term.js";

/** How many events a log keeps when nobody says: sys's own default. */
const DEFAULT_LOG_LENGTH = 10;

interface Statistics {
  readonly startedMs: number;
  readonly startReductions: number;
  readonly in: number;
  readonly out: number;
}

/** The debug options of a process: which of sys's are on, and the events logged so far. */
export interface DebugOptions {
  /** As a status shows them. */
  readonly term: List;
  /** Items `{Event, Name, Fun}`. */
  readonly log: EventLog | undefined;
  readonly statistics: Statistics | undefined;
}

export const NO_DEBUG: DebugOptions = { term: nil, log: undefined, statistics: undefined };

/** What a log would be printed with. */
const PRINT_EVENT = new ExternalFun(atom("gen_server"), atom("print_event"), 3);

/** True when nothing is noted, which is nearly always. */
export const isQuiet = (debug: DebugOptions): boolean => debug.log === undefined && debug.statistics === undefined;

/** The logged events, earliest first. */
export function loggedEvents({ log }: DebugOptions): Term[] {
  return log === undefined ? [] : eventsOf(log).map((item) => at(item as Tuple, 0));
}

/** `sys:handle_debug/4` for the options that are kept here: notes an event of the process called `name`. */
export function noteEvent(
  debug: DebugOptions,
  event: Term,
  name: Term,
  direction: "in" | "out" | "other",
): DebugOptions {
  const { statistics, log } = debug;
  return withTerm({
    log: log && putEvent(log, tuple(event, name, PRINT_EVENT)),
    statistics: statistics && {
      ...statistics,
      in: statistics.in + (direction === "in" ? 1 : 0),
      out: statistics.out + (direction === "out" ? 1 : 0),
    },
  });
}

/** `sys:debug_cmd/2`, for logs and statistics. Tracing prints, which the node doesn't: it is accepted and stays off. */
export function debugCommand(
  what: Term,
  debug: DebugOptions,
  context: Context,
): { readonly answer: Term; readonly debug: DebugOptions } {
  const done = (changed: { readonly [Key in keyof DebugOptions]?: DebugOptions[Key] | undefined }) => ({
    answer: atom("ok"),
    debug: withTerm({ ...debug, ...changed }),
  });
  if (isNamed(what, "no_debug")) return { answer: atom("ok"), debug: NO_DEBUG };
  if (isTagged(what, "log", 2)) {
    const flag = at(what, 1);
    // A log that is on stays as it is.
    if (isNamed(flag, "true")) return done({ log: debug.log ?? emptyLog(DEFAULT_LOG_LENGTH) });
    if (isTagged(flag, "true", 2)) return done({ log: debug.log ?? emptyLog(Number(at(flag, 1))) });
    if (isNamed(flag, "false")) return done({ log: undefined });
    if (isNamed(flag, "get")) return { answer: ok(list(...loggedEvents(debug))), debug };
  }
  if (isTagged(what, "statistics", 2)) {
    const flag = at(what, 1);
    if (isNamed(flag, "true")) return done({ statistics: startStatistics(context) });
    if (isNamed(flag, "false")) return done({ statistics: undefined });
    if (isNamed(flag, "get")) return { answer: ok(statisticsTerm(debug, context)), debug };
  }
  if (isTagged(what, "trace", 2)) return done({});
  return { answer: atom("unknown_debug"), debug };
}

/** The debug options that a server is started with, as `sys:debug_options/1` reads them: `{debug, [Option]}`. */
export function initialDebug(options: readonly Term[], context: Context): DebugOptions {
  let debug = NO_DEBUG;
  for (const option of elementsOf(keyFind(options, "debug")) ?? []) {
    const isLogOf = isTagged(option, "log", 2);
    const flag = isLogOf ? tuple(atom("true"), at(option, 1)) : atom("true");
    const name = isLogOf ? atom("log") : option;
    debug = debugCommand(tuple(name, flag), debug, context).debug;
  }
  return debug;
}

function startStatistics({ node, self }: Context): Statistics {
  return { startedMs: node.clock.wallMs(), startReductions: self.reductions, in: 0, out: 0 };
}

function withTerm(debug: Omit<DebugOptions, "term">): DebugOptions {
  const term: Term[] = [];
  if (debug.statistics !== undefined) {
    const { startedMs, startReductions } = debug.statistics;
    const reductions = tuple(atom("reductions"), startReductions);
    const values = tuple(dateTime(startedMs), reductions, debug.statistics.in, debug.statistics.out);
    term.push(tuple(atom("statistics"), values));
  }
  if (debug.log !== undefined) term.push(tuple(atom("log"), logTerm(debug.log)));
  return { ...debug, term: list(...term) };
}

function statisticsTerm({ statistics }: DebugOptions, { node, self }: Context): Term {
  if (statistics === undefined) return atom("no_statistics");
  return list(
    tuple(atom("start_time"), dateTime(statistics.startedMs)),
    tuple(atom("current_time"), dateTime(node.clock.wallMs())),
    tuple(atom("reductions"), self.reductions - statistics.startReductions),
    tuple(atom("messages_in"), statistics.in),
    tuple(atom("messages_out"), statistics.out),
  );
}

function dateTime(ms: number): Term {
  const date = new Date(ms);
  return tuple(
    tuple(date.getFullYear(), date.getMonth() + 1, date.getDate()),
    tuple(date.getHours(), date.getMinutes(), date.getSeconds()),
  );
}
