import { type Atom, type ErlMap, type Tuple, type Term, atom, list, map, tuple } from "../../terms/term.js";
import { FALSE, TRUE, bool } from "../support/term.js";
import type { Process } from "./process.js";

/** The items of `process_info/1`, in its order. */
const ALL = [
  "registered_name",
  "current_function",
  "initial_call",
  "status",
  "message_queue_len",
  "links",
  "dictionary",
  "trap_exit",
  "error_handler",
  "priority",
  "group_leader",
  "total_heap_size",
  "heap_size",
  "stack_size",
  "reductions",
  "garbage_collection",
  "suspending",
];

/** Words of a fresh process, and of each thing it holds: JavaScript doesn't tell, so sizes are estimates. */
const BASE_WORDS = 340;
const WORDS_PER_ITEM = 12;
const BYTES_PER_WORD = 8;

const mfa = (module: Atom, fun: Atom, arity: number): Tuple => tuple(module, fun, arity);

const words = (process: Process): number =>
  BASE_WORDS + WORDS_PER_ITEM * (process.mailbox.length + process.dictionary.size + process.links.size);

const ITEMS: Readonly<Record<string, (process: Process) => Term>> = {
  registered_name: ({ registeredName }) => registeredName ?? list(),
  current_function: (process) => currentFunction(process),
  current_stacktrace: (process) => {
    const [module, fun, arity] = currentFunction(process).elements;
    return list(tuple(module!, fun!, arity!, list()));
  },
  initial_call: ({ initialCall }) => mfa(initialCall.module, initialCall.function, initialCall.arity),
  status: ({ waiting }) => atom(waiting ? "waiting" : "running"),
  message_queue_len: ({ mailbox }) => mailbox.length,
  messages: ({ mailbox }) => list(...mailbox.toArray()),
  links: ({ links }) => list(...[...links.values()].map(({ pid }) => pid)),
  monitors: ({ monitors }) => list(...[...monitors.values()].map(({ object }) => tuple(atom("process"), object))),
  monitored_by: ({ watchers }) => list(...[...watchers.values()].map(({ owner }) => owner.pid)),
  dictionary: ({ dictionary }) => list(...[...dictionary.values()].reverse().map(([key, value]) => tuple(key, value))),
  trap_exit: ({ trapExit }) => bool(trapExit),
  error_handler: () => atom("error_handler"),
  priority: () => atom("normal"),
  group_leader: ({ groupLeader }) => groupLeader,
  parent: ({ parent }) => parent ?? atom("undefined"),
  total_heap_size: words,
  heap_size: words,
  stack_size: () => 12,
  memory: (process) => words(process) * BYTES_PER_WORD,
  reductions: ({ reductions }) => reductions,
  garbage_collection: () => list(tuple(atom("max_heap_size"), noHeapLimit())),
  suspending: () => list(),
  binary: () => list(),
  catchlevel: () => 0,
  last_calls: () => FALSE,
  sequential_trace_token: () => list(),
  trace: () => 0,
  async_dist: () => FALSE,
};

function noHeapLimit(): ErlMap {
  return map([
    [atom("error_logger"), TRUE],
    [atom("kill"), TRUE],
    [atom("size"), 0],
  ]);
}

/** Where a process waits: in the code of the module it last entered, or in the server loop that runs it. */
function currentFunction({ initialCall, frames, waiting, currentFunction: known }: Process): Tuple {
  if (known !== undefined) return mfa(known.module, known.function, known.arity);
  const innermost = frames.at(-1);
  if (innermost !== undefined) return mfa(innermost.name, atom("receive"), 0);
  if (waiting && initialCall.module.name === "proc_lib") return mfa(atom("gen_server"), atom("loop"), 7);
  return mfa(initialCall.module, initialCall.function, initialCall.arity);
}

/** One item of `process_info/2`; undefined for an item there isn't. */
export function processInfoItem(process: Process, item: string): Term | undefined {
  return Object.hasOwn(ITEMS, item) ? ITEMS[item]!(process) : undefined;
}

/** True for an item that `process_info/2` knows. */
export const isProcessInfoItem = (item: string): boolean => Object.hasOwn(ITEMS, item);

/** `process_info/1`: an unregistered process has no `registered_name`. */
export function allProcessInfo(process: Process): Term {
  const items = process.registeredName === undefined ? ALL.slice(1) : ALL;
  return list(...items.map((item) => tuple(atom(item), ITEMS[item]!(process))));
}
