import { atomName } from "../../terms/access.js";
import { printAtom, printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";
import type { ObservedProcess } from "../facts.js";
import type { Inspection } from "../inspection.js";

/** What a child specification should say. */
export interface Correction {
  readonly type?: "supervisor";
  readonly modules: readonly string[];
}

/**
 * The child specification to write for a process, in the language of its callback module: what its supervisor has, with
 * what is to be said instead. What couldn't be asked for, and long arguments, are left
 * out with an ellipsis.
 */
export function childSpecText(process: ObservedProcess, { specifications }: Inspection, right: Correction): string {
  const start = specifications.get(process.text);
  const write = writerOf(process.callbackModule);
  const known =
    start === undefined
      ? ["..."]
      : [
          write.pair("id", write.term(start.id)),
          write.pair(
            "start",
            `{${write.name(start.module)}, ${write.atom(start.function)}, ${write.args(start.args)}}`,
          ),
          ...Object.entries(start.settings).map(([key, value]) => write.pair(key, write.term(value))),
        ];
  return write.map([...known, ...corrections(write, right)].join(", "));
}

/** Only what is to be said instead, where the specification that there is isn't known. */
export const correctionText = (callbackModule: string | undefined, right: Correction): string =>
  corrections(writerOf(callbackModule), right).join(", ");

function corrections(write: Writer, { type, modules }: Correction): string[] {
  return [
    ...(type === undefined ? [] : [write.pair("type", write.atom(type))]),
    ...(modules.length === 0 ? [] : [write.pair("modules", `[${modules.map(write.name).join(", ")}]`)]),
  ];
}

/** The language that somebody who wrote the module writes. */
const writerOf = (module = ""): Writer => (isElixirModule(module) ? elixir : erlang);

export const isElixirModule = (module: string): boolean => module.startsWith("Elixir.");

/** How a part is written in a language. */
interface Writer {
  readonly map: (pairs: string) => string;
  readonly pair: (key: string, value: string) => string;
  readonly atom: (name: string) => string;
  /** A module. */
  readonly name: (name: string) => string;
  readonly term: (term: Term) => string;
  readonly args: (args: string | undefined) => string;
}

const erlang: Writer = {
  map: (pairs) => `#{${pairs}}`,
  pair: (key, value) => `${key} => ${value}`,
  atom: printAtom,
  name: printAtom,
  term: printTerm,
  args: (args) => args ?? "[...]",
};

const elixirAtom = (name: string): string => {
  if (isElixirModule(name) && /^[\w.]+$/.test(name)) return name.slice("Elixir.".length);
  return /^[a-z_]\w*[?!]?$/i.test(name) ? `:${name}` : `:${JSON.stringify(name)}`;
};

const elixir: Writer = {
  map: (pairs) => `%{${pairs}}`,
  pair: (key, value) => `${key}: ${value}`,
  atom: elixirAtom,
  name: elixirAtom,
  term: (term) => {
    const name = atomName(term);
    return name === undefined ? printTerm(term) : elixirAtom(name);
  },
  // Only what both languages write alike is sure to be right.
  args: (args) => (args !== undefined && /^[\d\s,[\]]*$/.test(args) ? args : "[...]"),
};
