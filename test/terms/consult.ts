import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { parseForms } from "../../src/terms/parse.js";
import { ProblemError } from "../../src/terms/problem.js";
import { decodeSource } from "../../src/terms/source.js";
import { List, type Term } from "../../src/terms/term.js";
import type { useOracle } from "../support/erlang.js";
import { each } from "./etf/batch.js";

type Answers<T> = (sources: readonly Uint8Array[]) => Promise<T[]>;

/** What the Erlang fun of `source` answers for the name of a file that holds each of the given bytes in turn. */
export function useFile(oracle: ReturnType<typeof useOracle>, source: string): Answers<Buffer> {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "relupctl-consult-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return async (sources) => {
    const file = JSON.stringify(join(folder, "source.terms"));
    const answers = await each(
      oracle,
      `fun(Bytes) -> ok = file:write_file(${file}, Bytes), (${source})(${file}) end`,
      sources,
    );
    if (answers.some((answer) => answer.length === 0)) throw new Error("the oracle raised");
    return answers;
  };
}

/** file:consult/1 of the oracle on many texts: the list of terms, or undefined where it refuses the file. */
export function useConsult(oracle: ReturnType<typeof useOracle>): Answers<List | undefined> {
  const consult = useFile(
    oracle,
    `fun(File) ->
       % It raises, instead of answering an error, for a file that ends inside an escape.
       try file:consult(File) of
         {ok, Terms} -> term_to_binary(Terms);
         {error, _} -> <<"refused">>
       catch error:_ -> <<"refused">>
       end
     end`,
  );
  return async (sources) =>
    (await consult(sources)).map((answer) => (answer[0] === 131 ? (decodeTerm(answer) as List) : undefined));
}

/** The same by ours. Anything but a ProblemError of syntax errors is a fault. */
export function consultHere(bytes: Uint8Array): List | undefined {
  try {
    const terms: Term[] = parseForms(decodeSource(bytes, "source.terms"), "source.terms").map((form) => form.term);
    return new List(terms);
  } catch (error) {
    if (error instanceof ProblemError && error.problems.every(({ code }) => code === "syntax-error")) return undefined;
    throw error;
  }
}
