import { listElements, taggedTuple, textOf } from "../terms/access.js";
import { atom, binary, list, nil, tuple, type Pid, type Term } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { call, caseOf, fun, name, tupleOf, variable } from "./abstract-form.js";
import { mapEach } from "./each-process.js";
import { ProcessGroup } from "./process-group.js";

/**
 * The callback modules that a behaviour's loop holds now. A process may have left the module it was started with:
 * `gen_server:enter_loop`, `{change_callback_module, Module}`. No message asks for that: a gen_server doesn't tell it in
 * its status, and a status costs a copy of the state. It stands in the variables of the loop, which
 * `process_info(Pid, backtrace)` writes as text; the node itself searches them there, and nothing else of it is sent.
 */

const ATOM = String.raw`'(?:[^'\\]|\\.)*'|[a-z][\w@]*`;

/**
 * The surest first: by the callbacks that later versions of OTP keep; in what `sys` keeps of a suspended one; by the
 * variable itself (`y(2)  Module`).
 */
const GEN_SERVER = [
  String.raw`(?:#Fun<|fun )(${ATOM})[.:]handle_call[./]3`,
  String.raw`^y\(\d+\) +\[.*,(${ATOM}),(?:infinity|\d+),(?:infinity|\d+)\]$`,
  String.raw`^y\(\d+\) +(${ATOM})$`,
  String.raw`^Program counter: \S+ \((?:gen_server:(loop)|sys:(suspend)_loop)`,
].join("|");

/** `#params{}` of gen_statem.erl: the one list of names in it are its modules, the current one first. */
const GEN_STATEM = String.raw`\{params,[^\[\]{}]*\[((?:${ATOM})(?:,(?:${ATOM}))*)\]`;

const OPTIONS = list(atom("global"), atom("multiline"), tuple(atom("capture"), atom("all_but_first"), atom("binary")));

const SEARCH = fun(
  "Pid",
  caseOf(call("erlang:process_info/2", variable("Pid"), name("backtrace")), [
    [
      tupleOf(name("backtrace"), variable("Text")),
      call("re:run/3", variable("Text"), variable("Pattern"), variable("Options")),
    ],
    [variable("_"), name("nomatch")],
  ]),
);

export interface GenServerLoop {
  /** The names that stand where the callback module does. The module is one that exports callbacks. */
  readonly names: readonly string[];
  /** False in the middle of a callback, whose variables stand there too and in front: names of other servers, say. */
  readonly waits: boolean;
}

/** What is found in the variables of each process in the loop of a gen_server, or suspended. */
export async function genServerLoops(
  target: Target,
  pids: readonly Pid[],
  timeoutMs: number,
): Promise<GenServerLoop[]> {
  const found = await search(target, pids, GEN_SERVER, timeoutMs);
  return found.map((groups) => ({ names: groups.slice(0, 3).flat(), waits: groups.slice(3).flat().length > 0 }));
}

/**
 * For each gen_statem that isn't hibernating: its callback modules, the current one first, then those that were left with
 * `push_callback_module`. None where that can't be told.
 */
export async function genStatemLoops(target: Target, pids: readonly Pid[], timeoutMs: number): Promise<string[][]> {
  return (await search(target, pids, GEN_STATEM, timeoutMs)).map((groups) => groups.flat());
}

/** The names in each group of the pattern. */
async function search(target: Target, pids: readonly Pid[], pattern: string, timeoutMs: number): Promise<string[][][]> {
  const bindings = { Pattern: binary(pattern), Options: OPTIONS };
  const outcomes = await mapEach(target, new ProcessGroup(pids), SEARCH, bindings, timeoutMs);
  return outcomes.map((outcome) => (outcome.kind === "returned" ? readMatches(outcome.value) : []));
}

/** `{match, [[<<"module">>, ...], ...]}` or `nomatch`; a group that took no part is empty. */
function readMatches(answer: Term): string[][] {
  const matches = (listElements(taggedTuple(answer, "match", 2)?.[1]) ?? []).map(
    (groups) => listElements(groups) ?? [],
  );
  const most = Math.max(0, ...matches.map(({ length }) => length));
  return Array.from({ length: most }, (_, group) =>
    matches.flatMap((groups) => {
      const text = textOf(groups[group] ?? nil) ?? "";
      return [...text.matchAll(new RegExp(ATOM, "g"))].map(([printed]) => atomText(printed));
    }),
  );
}

/** An atom as the emulator prints it, without its quotes. */
const atomText = (printed: string): string =>
  printed.startsWith("'") ? printed.slice(1, -1).replace(/\\(.)/g, "$1") : printed;
