import { equals } from "../../terms/equal.js";
import { decodeTerm } from "../../terms/etf/decode.js";
import { encodeTerm } from "../../terms/etf/encode.js";
import { parseTerm } from "../../terms/parse.js";
import { printTerm } from "../../terms/print.js";
import { ProblemError } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { TermRecord } from "./document.js";

/** A term as a snapshot keeps it. */
export function termRecord(term: Term): TermRecord {
  const text = printTerm(term);
  return readsBack(text, term) ? { text } : { text, etf: Buffer.from(encodeTerm(term)).toString("base64") };
}

/**
 * The term of a record.
 * @throws ProblemError or another error where it holds none
 */
export function termOf({ text, etf }: TermRecord): Term {
  return etf === undefined ? parseTerm(text) : decodeTerm(Buffer.from(etf, "base64"));
}

function readsBack(text: string, term: Term): boolean {
  try {
    return equals(parseTerm(text), term);
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}
