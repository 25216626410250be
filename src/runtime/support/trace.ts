import { type Term, atom, list, string, tuple } from "../../terms/term.js";
import type { CodeServer } from "../code/code-server.js";

/** As many entries as the emulator keeps of a stack trace. */
const DEPTH = 8;
const FRAME = /^\s+at (?:async )?(?:(?:[\w$<>]+\.)*([\w$]+) (?:\[as ([\w$]+)\] )?)?\(?(.+?):(\d+):\d+\)?$/;

/** The stack of a JavaScript error as an Erlang stack trace: the functions of loaded modules, innermost first. */
export function readTrace(code: CodeServer, error: Error): Term {
  const modules = new Map(code.loaded.map((version) => [version.file, version]));
  const entries: Term[] = [];
  for (const line of (error.stack ?? "").split("\n")) {
    const [, fun, alias, file, lineNumber] = FRAME.exec(line) ?? [];
    const version = file === undefined ? undefined : modules.get(file);
    if (version === undefined || lineNumber === undefined) continue;
    const name = alias ?? fun ?? "-anonymous-";
    const arity = version.exported.find(([exported]) => exported === name)?.[1] ?? 0;
    const location = list(tuple(atom("file"), string(version.file)), tuple(atom("line"), Number(lineNumber)));
    entries.push(tuple(version.name, atom(name), arity, location));
    if (entries.length === DEPTH) break;
  }
  return list(...entries);
}
