import * as yaml from "yaml";

/**
 * How deep a file may be nested in brackets, in indentation, and in indicators (`- - -`) on one line. Nobody writes that
 * deep.
 */
const maxDepth = 100;

/** The character that the lexer puts before a scalar's text. */
const scalarMark = "\u001f";
/** Marks of the lexer that stand for nothing in the text: the start of a document, the end of a flow. */
const emptyMarks: ReadonlySet<string> = new Set(["\u0002", "\u0018"]);

/**
 * The offset at which a text is nested too deeply; undefined where it never is. The YAML parser recurses once per level
 * and, where the stack ends, may take minutes and gigabytes to tell.
 */
export function tooDeepAt(text: string): number | undefined {
  const depth = new Depth();
  let offset = 0;
  let isScalar = false;
  for (const token of new yaml.Lexer().lex(text)) {
    if (token === scalarMark) {
      isScalar = true;
    } else if (!emptyMarks.has(token)) {
      depth.add(isScalar ? "text" : token);
      if (depth.deepest > maxDepth) return offset;
      offset += token.length;
      isScalar = false;
    }
  }
  return undefined;
}

class Depth {
  /** The columns at which the blocks that are open begin. */
  readonly #columns: number[] = [];
  #brackets = 0;
  #indicators = 0;
  /** Where the line's text begins; undefined once it has begun. */
  #column: number | undefined = 0;

  get deepest(): number {
    return Math.max(this.#columns.length, this.#brackets, this.#indicators);
  }

  add(token: string): void {
    if (token === "\n" || token === "\r\n") {
      this.#column = 0;
      this.#indicators = 0;
      return;
    }
    if (/^[ \t]/.test(token)) {
      if (this.#column !== undefined) this.#column += token.length;
      return;
    }
    if (token.startsWith("#")) return;
    if (this.#column !== undefined) this.#indent(this.#column);
    this.#column = undefined;
    if (token === "[" || token === "{") this.#brackets++;
    else if (token === "]" || token === "}") this.#brackets = Math.max(0, this.#brackets - 1);
    else if (token === "-" || token === "?" || token === ":") this.#indicators++;
  }

  #indent(column: number): void {
    while (this.#columns.length > 0 && this.#columns.at(-1)! >= column) this.#columns.pop();
    this.#columns.push(column);
  }
}
