import { ExternalFun, type List, type Term, atom, list, nil, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import { at, isNamed, isTagged, ok } from "../support/term.js";

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
  readonly logLength: number;
  readonly log: readonly Term[];
  /** Whose events they are, as a log notes it. */
  readonly name: Term;
  readonly statistics: Statistics | undefined;
}

export const NO_DEBUG: DebugOptions = { term: nil, logLength: 0, log: [], name: nil, statistics: undefined };

/** What a log would be printed with. */
const PRINT_EVENT = new ExternalFun(atom("gen_server"), atom("print_event"), 3);

/** True when nothing is noted, which is nearly always. */
export const isQuiet = (debug: DebugOptions): boolean => debug.logLength === 0 && debug.statistics === undefined;

/** `sys:handle_debug/4` for the options that are kept here: notes an event. */
export function noteEvent(
  debug: DebugOptions,
  event: Term,
  name: Term,
  direction: "in" | "out" | "other",
): DebugOptions {
  const { statistics } = debug;
  return withTerm({
    logLength: debug.logLength,
    name,
    log: debug.logLength === 0 ? [] : [...debug.log, event].slice(-debug.logLength),
    statistics:
      statistics === undefined
        ? undefined
        : {
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
  const done = (changed: Partial<DebugOptions>) => ({ answer: atom("ok"), debug: withTerm({ ...debug, ...changed }) });
  if (isNamed(what, "no_debug")) return { answer: atom("ok"), debug: NO_DEBUG };
  if (isTagged(what, "log", 2)) {
    const flag = at(what, 1);
    if (isNamed(flag, "true")) return done({ logLength: debug.logLength === 0 ? DEFAULT_LOG_LENGTH : debug.logLength });
    if (isTagged(flag, "true", 2)) return done({ logLength: Number(at(flag, 1)) });
    if (isNamed(flag, "false")) return done({ logLength: 0, log: [] });
    if (isNamed(flag, "get")) return { answer: ok(list(...debug.log)), debug };
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
  if (debug.logLength > 0) {
    const items = debug.log.map((event) => tuple(event, debug.name, PRINT_EVENT)).reverse();
    term.push(tuple(atom("log"), list(debug.logLength - debug.log.length, ...items)));
  }
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
