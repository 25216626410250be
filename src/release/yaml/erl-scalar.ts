import type * as yaml from "yaml";
import { parseForms } from "../../terms/parse.js";
import { ProblemError, type Span } from "../../terms/problem.js";
import type { SourceText } from "../../terms/source-text.js";
import { TermNode } from "../erlang/node.js";

/** Erlang terms inside YAML: `!erl "{a, 1}"`. */

/** The term of a scalar's text, with the places of its parts in the YAML file. Throws a ProblemError if it is none. */
export function parseErl(scalar: yaml.Scalar<string>, source: SourceText): TermNode {
  const text = scalar.value;
  const places = new Places(scalar, source);
  const forms = parse(text, places);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    const found = form === undefined ? "nothing" : `${forms.length} terms`;
    throw new ProblemError([
      { code: "syntax-error", severity: "error", summary: `!erl takes one term, not ${found}`, span: places.whole() },
    ]);
  }
  return new TermNode(form.term, (path) => places.span(form.locate(path)));
}

function parse(text: string, places: Places) {
  try {
    return parseForms(/\.\s*$/.test(text) ? text : `${text}\n.`, places.file);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first, ...rest] = error.problems.map((problem) => ({
      ...problem,
      summary: `in the !erl text: ${problem.summary}`,
      // It may name lines and columns of the text.
      ...(problem.detail === undefined ? {} : { detail: `Counted from the start of that text: ${problem.detail}` }),
      span: problem.span === undefined ? places.whole() : places.span(problem.span),
    }));
    throw new ProblemError([first!, ...rest]);
  }
}

/** Places of the characters of a scalar's value in the file that it was written in. */
class Places {
  readonly file: string;
  readonly #source: SourceText;
  readonly #scalar: yaml.Scalar<string>;
  #characters: readonly Character[] | undefined;

  constructor(scalar: yaml.Scalar<string>, source: SourceText) {
    this.file = source.file;
    this.#source = source;
    this.#scalar = scalar;
  }

  whole(): Span {
    const [start, end] = this.#scalar.range!;
    return this.#source.span(start, end);
  }

  span(inner: Span): Span {
    this.#characters ??= align(this.#scalar, this.#source.text);
    const first = this.#characters[inner.start.offset];
    const last = this.#characters[Math.max(inner.start.offset, inner.end.offset - 1)];
    return first === undefined || last === undefined ? this.whole() : this.#source.span(first.start, last.end);
  }
}

/** Where one character of a value stands in the file, its escape included. */
interface Character {
  readonly start: number;
  readonly end: number;
}

/**
 * The places in the file of the characters of the value: of each the next one there that is the same. White space and
 * escapes are where the two differ; an escape that can't be followed ends the alignment, and the whole scalar is the
 * place.
 */
function align(scalar: yaml.Scalar<string>, text: string): readonly Character[] {
  const [start, end] = scalar.range!;
  const quote = scalar.type === "QUOTE_DOUBLE" ? '"' : scalar.type === "QUOTE_SINGLE" ? "'" : "";
  const isBlock = scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED";
  const characters: Character[] = [];
  let at = isBlock ? text.indexOf("\n", start) + 1 : start + quote.length;
  const skipSpace = (): void => {
    while (at < end && /\s/.test(text[at]!)) at++;
  };
  for (const character of scalar.value.split("")) {
    const from = at;
    if (/\s/.test(character)) {
      // A line break in the file may be a space in the value, and indentation is not in the value.
      if (text[at] === character) at++;
      if (character === "\n" || text[at] === "\n") skipSpace();
      characters.push({ start: from, end: at });
      continue;
    }
    skipSpace();
    const escape = quote === '"' ? "\\" : quote === "'" && character === "'" ? "'" : "";
    const isEscaped = escape !== "" && text[at] === escape && text[at + 1] === character;
    const length = isEscaped ? 2 : 1;
    if (text[at + length - 1] !== character) return characters;
    characters.push({ start: at, end: at + length });
    at += length;
  }
  return characters;
}
