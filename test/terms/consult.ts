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

/** file:consult/1 of the oracle on many texts: the list of terms, or undefined where it refuses the file. */
export function useConsult(
  oracle: ReturnType<typeof useOracle>,
): (sources: readonly Uint8Array[]) => Promise<(List | undefined)[]> {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "relupctl-consult-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return async (sources) => {
    const file = JSON.stringify(join(folder, "source.terms"));
    const consult = `fun(Bytes) ->
        ok = file:write_file(${file}, Bytes),
        % It raises, instead of answering an error, for a file that ends inside an escape.
        try file:consult(${file}) of
          {ok, Terms} -> term_to_binary(Terms);
          {error, _} -> <<"refused">>
        catch error:_ -> <<"refused">>
        end
      end`;
    const answers = await each(oracle, consult, sources);
    return answers.map((answer) => {
      if (answer.length === 0) throw new Error("the oracle raised");
      return answer[0] === 131 ? (decodeTerm(answer) as List) : undefined;
    });
  };
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
