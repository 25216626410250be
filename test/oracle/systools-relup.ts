import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { localFiles } from "../../src/release/local-files.js";
import { searchDirectories } from "../../src/release/path/directories.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { printTerm } from "../../src/terms/print.js";
import { atom, list, string, tuple, type List, type Term, type Tuple } from "../../src/terms/term.js";
import type { Oracle } from "../support/erlang.js";
import type { BaseCase, ReleasesCase } from "./releases.js";
import { L, S } from "./terms.js";

/** What systools:make_relup/4 answered. */
export type RelupAnswer =
  | { readonly ok: true; readonly relup: Term; readonly warnings: readonly Term[] }
  | { readonly ok: false; readonly reason: Term };

/** Nothing may be raised there: the report of it would go to the standard output, among the answers. */
const QUESTION = `
Make = fun({Top, Up, Down, Options}) ->
  {Pid, Monitor} = spawn_opt(
    fun() -> exit({answer, try systools:make_relup(Top, Up, Down, Options) catch _:Raised -> {raised, Raised} end}) end,
    [monitor, {max_heap_size, #{size => 20000000, kill => true, error_logger => false}}]),
  receive
    {'DOWN', Monitor, process, Pid, {answer, {ok, Relup, _, Warnings}}} -> {ok, Relup, Warnings};
    {'DOWN', Monitor, process, Pid, {answer, {error, Module, Reason}}} -> {error, {Module, Reason}};
    {'DOWN', Monitor, process, Pid, Crash} -> {error, {crash, Crash}}
  after 30000 ->
    exit(Pid, kill), receive {'DOWN', Monitor, process, Pid, _} -> ok end, {error, timeout}
  end
end,
term_to_binary(lists:map(Make, binary_to_term(Input))).
`;

/** Asks OTP to make the relup of each case, whose files lie in the directory of the same position. */
export async function askSystoolsRelup(
  oracle: Pick<Oracle, "run">,
  cases: readonly ReleasesCase[],
  directories: readonly string[],
): Promise<readonly RelupAnswer[]> {
  const questions = await Promise.all(
    cases.map(async (question, index) => {
      const directory = directories[index]!;
      const patterns = question.path.map((pattern) => join(directory, pattern));
      const path = await searchDirectories(localFiles, patterns);
      return questionTerm(
        question,
        directory,
        path.map((found) => found.directory),
      );
    }),
  );
  const reply = await oracle.run(QUESTION, encodeTerm(list(...questions)));
  return (decodeTerm(reply) as List).elements.map((answer) => {
    const elements = (answer as Tuple).elements;
    if (elements[0] !== atom("ok")) return { ok: false, reason: elements[1]! };
    return { ok: true, relup: elements[1]!, warnings: (elements[2] as List).elements };
  });
}

function questionTerm(question: ReleasesCase, directory: string, path: readonly string[]): Term {
  const file = (stem: string): Term => S(join(directory, stem));
  const base = ({ rel, description }: BaseCase): Term =>
    description === undefined ? file(rel) : tuple(file(rel), description);
  return tuple(
    file(question.top),
    L(...question.upFrom.map(base)),
    L(...question.downTo.map(base)),
    L(
      "silent",
      "noexec",
      // In our order of names: OTP takes them as the file system gives them.
      ["path", list(...path.map((each) => string(each)))],
      ...(question.restartEmulator ? ["restart_emulator"] : []),
    ),
  );
}

/** Writes the files of a case. A term becomes a file that holds it, a text is written as it is. */
export async function writeCase({ files }: ReleasesCase, directory: string): Promise<void> {
  const folders = new Set([...files.keys()].map((path) => dirname(join(directory, path))));
  await Promise.all([...folders].map((folder) => mkdir(folder, { recursive: true })));
  await Promise.all(
    [...files].map(([path, content]) =>
      writeFile(join(directory, path), typeof content === "string" ? content : `${printTerm(content)}.\n`),
    ),
  );
}
