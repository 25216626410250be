import { Parser } from "./parser.js";
import { ProblemError, throwProblems, type Problem, type Span } from "./problem.js";
import { SourceText } from "./source-text.js";
import { nearestNode, type SpanNode } from "./span-tree.js";
import type { Term } from "./term.js";

/** One term of a file, with the places of its parts. */
export interface Form {
  readonly term: Term;
  /**
   * The place of the part at `path`, or of the nearest part around it. A step is the index in a tuple or a list (an
   * improper tail comes after the last element); in a map the index in `entries`, then 0 for the key or 1 for the value.
   */
  locate(path: readonly number[]): Span;
}

/** After so many errors a file is not read on. */
const MAX_PROBLEMS = 20;

/**
 * The terms of a text, as file:consult/1 reads them: each one followed by a full stop.
 * A text that OTP 27 takes is read as OTP 27 does: with sigils and triple-quoted strings, and `\^?` for DEL. What only
 * older ones take is read as they do: `maybe` and `else` as atoms without quotes, strings with no white space between
 * them (`"a""b"`), `\^` before any character. So the same text gives something else than up to OTP 26 in two cases: a
 * `\^?`, and three quotes at the end of a line, which were an empty string and the begin of another one.
 * After a syntax error the reading goes on at the next full stop, so that all of a file's errors are found.
 * @param text a decoded source, see `decodeSource`
 * @param file its name, for messages
 * @throws ProblemError `syntax-error` for each term that consult refuses; then nothing of the file is read
 */
export function parseForms(text: string, file: string): Form[] {
  const source = new SourceText(text, file);
  const parser = new Parser(source);
  const forms: Form[] = [];
  const problems: Problem[] = [];
  let canGoOn = true;
  while (canGoOn && !parser.atEnd && problems.length < MAX_PROBLEMS) {
    const { start } = parser;
    try {
      const term = parser.form();
      if (problems.length === 0) forms.push(new SourceForm(term, source, start));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems);
      canGoOn = parser.skipForm();
    }
  }
  throwProblems(problems);
  return forms;
}

/**
 * The one term of a text. The full stop at its end may be left out.
 * @param file the name for messages
 * @throws ProblemError `syntax-error` where file:consult/1 refuses the term, or when there is none or more than one
 */
export function parseTerm(text: string, file = "term"): Term {
  return new Parser(new SourceText(text, file)).single();
}

class SourceForm implements Form {
  readonly term: Term;
  readonly #source: SourceText;
  readonly #start: number;
  #spans: SpanNode | undefined;

  constructor(term: Term, source: SourceText, start: number) {
    this.term = term;
    this.#source = source;
    this.#start = start;
  }

  /** Places are asked for seldom: only then the text is parsed a second time, keeping them. */
  locate(path: readonly number[]): Span {
    this.#spans ??= new Parser(this.#source, { offset: this.#start, keepSpans: true }).formSpans();
    const node = nearestNode(this.#spans, path);
    return this.#source.span(node.start, node.end);
  }
}
