import { bitBudget, BitWriter, StringLiteral, type BitBudget } from "./bits.js";
import { Frame, type Awaited } from "./frame.js";
import { distinctEntries } from "./map-entries.js";
import { parseSegmentEnd } from "./parse-bits.js";
import { parseFunExpr } from "./parse-fun.js";
import type { SourceText } from "./source-text.js";
import { SpanStack, type SpanNode } from "./span-tree.js";
import { atom, binary, ErlMap, Float, integer, List, nil, string, Tuple, type Term } from "./term.js";
import { Tokens } from "./tokens.js";
import { ValueStack } from "./value-stack.js";

/**
 * erl_parse:parse_term/1 in one pass with erl_parse:normalise/1: of the grammar of expressions the part that is terms.
 * The rules stand above the methods that follow them. What is open keeps its state in a `Frame`, not in JavaScript's
 * stack, so a term may be nested to any depth.
 */
export class Parser {
  readonly #tokens: Tokens;
  readonly #budget: BitBudget;
  readonly #frames: Frame[] = [];
  readonly #values = new ValueStack();
  /** Only when places are asked for. */
  readonly #spans: SpanStack | undefined;
  /** What the last expression was, as far as it matters to what is around it. */
  #literal: "number" | "string" | "other" = "other";
  /** The content of the last string literal. */
  #string = "";

  /** @throws ProblemError when the first token can't be scanned */
  constructor(source: SourceText, options: { readonly offset?: number; readonly keepSpans?: boolean } = {}) {
    this.#tokens = new Tokens(source, options.offset);
    this.#budget = bitBudget(source.text.length);
    this.#spans = options.keepSpans === true ? new SpanStack() : undefined;
  }

  get atEnd(): boolean {
    return this.#tokens.at("eof");
  }

  /** The offset of the token that the parser stands at. */
  get start(): number {
    return this.#tokens.scanner.start;
  }

  /** form -> expr dot. @throws ProblemError */
  form(): Term {
    this.#tokens.errors.formStart = this.start;
    const term = this.#expr();
    this.#tokens.expect("dot", "a full stop after the term");
    return term;
  }

  /** expr [dot] eof. @throws ProblemError */
  single(): Term {
    const term = this.#expr();
    if (this.#tokens.at("dot")) this.#tokens.next();
    this.#tokens.expect("eof", "the end of the term");
    return term;
  }

  /** The places in a form. The parser must have been made with `keepSpans`. */
  formSpans(): SpanNode {
    this.#expr();
    return this.#spans!.current;
  }

  /** After an error: steps behind the next full stop. False when nothing more can be read. */
  skipForm(): boolean {
    this.#frames.length = 0;
    this.#values.top = 0;
    return this.#tokens.skipForm();
  }

  /** expr, with all that it contains. */
  #expr(): Term {
    for (;;) {
      let value = this.#exprMax();
      while (value !== undefined) {
        const frame = this.#frames.at(-1);
        if (frame === undefined) return value;
        value = this.#continue(frame, value);
      }
    }
  }

  /**
   * The begin of an expr or an expr_max. Its value, or undefined when it has opened what waits for another one.
   *
   *     expr -> expr_max | prefix_op expr | map_expr
   *     expr_max -> atomic | list | tuple | binary | sigil | fun_expr | '(' expr ')'
   *     atomic -> char | integer | float | atom | strings
   */
  #exprMax(): Term | undefined {
    const { scanner } = this.#tokens;
    switch (scanner.category) {
      case "atom":
        return this.#atomic(atom(scanner.text), "other");
      case "{":
        return this.#open("tuple element", "}");
      case "[":
        return this.#open("list element", "]");
      case "string":
      case "sigil string":
        return this.#strings();
      case "sigil binary":
        return this.#atomic(binary(scanner.text), "other");
      case "integer":
      case "char":
        return this.#atomic(scanner.integer, "number");
      case "float":
        return this.#atomic(new Float(scanner.float), "number");
      case "<<":
        return this.#openBinary();
      case "#":
        return this.#openMap();
      case "(":
        return this.#open("inner expression");
      case "+":
      case "-":
        this.#prefixOp();
        return undefined;
      case "fun":
        return this.#fun();
      default:
        throw this.#tokens.errors.unexpected("a term", this.#frames.at(-1)?.opened);
    }
  }

  /** Goes on with an open construct now that what it waited for is there. Its value when that ends it. */
  #continue(frame: Frame, value: Term): Term | undefined {
    switch (frame.awaited) {
      case "tuple element":
        return this.#tupleElement(frame, value);
      case "list element":
        return this.#listElement(frame, value);
      case "list tail":
        return this.#closeList(frame, value);
      case "map key":
        this.#mapKey(frame, value);
        return undefined;
      case "map value":
        return this.#mapValue(frame, value);
      case "inner expression":
        return this.#parenthesis(frame, value);
      case "operand":
        return this.#operand(frame, value);
      case "segment":
        return this.#segment(frame, value);
      case "size":
        return this.#segmentEnd(frame, frame.value!, value);
    }
  }

  #atomic(value: Term, literal: "number" | "other"): Term {
    this.#spans?.leaf(this.#tokens.scanner.start, this.#tokens.scanner.end);
    this.#literal = literal;
    this.#tokens.next();
    return value;
  }

  /** strings -> string | string strings; a sigil is joined with nothing. */
  #strings(): Term {
    const tokens = this.#tokens;
    const { start, category } = tokens.scanner;
    let { text, end } = tokens.scanner;
    tokens.next();
    while (tokens.at("string") && category === "string") {
      text += tokens.scanner.text;
      end = tokens.scanner.end;
      tokens.next();
    }
    this.#spans?.leaf(start, end);
    this.#literal = "string";
    this.#string = text;
    // Inside `<<...>>` only the text is used.
    return this.#frames.at(-1)?.awaited === "segment" ? nil : string(text);
  }

  #fun(): Term {
    const { start } = this;
    const { fun, end } = parseFunExpr(this.#tokens);
    this.#spans?.leaf(start, end);
    this.#literal = "other";
    return fun;
  }

  /** Opens a construct, or makes an empty one when the closing token follows at once. */
  #open(awaited: Awaited, closer?: "}" | "]"): Term | undefined {
    const frame = this.#pushFrame(awaited);
    this.#tokens.next();
    if (closer === undefined || !this.#tokens.at(closer)) return undefined;
    return this.#close(frame, closer === "]" ? nil : new Tuple([]));
  }

  /**
   *     tuple -> '{' '}' | '{' exprs '}'
   *     exprs -> expr | expr ',' exprs
   */
  #tupleElement(frame: Frame, value: Term): Term | undefined {
    this.#push(value);
    if (this.#tokens.comma()) return undefined;
    if (!this.#tokens.at("}")) throw this.#tokens.errors.unexpected("',' or '}'", frame.opened);
    return this.#close(frame, new Tuple(this.#values.from(frame.base)));
  }

  /**
   *     list -> '[' ']' | '[' expr tail
   *     tail -> ']' | '|' expr ']' | ',' expr tail
   */
  #listElement(frame: Frame, value: Term): Term | undefined {
    this.#push(value);
    if (this.#tokens.comma()) return undefined;
    if (!this.#tokens.at("|")) return this.#closeList(frame, undefined);
    this.#tokens.next();
    return this.#openTail(frame);
  }

  /** A list in the tail goes on filling the same frame: `[a|[b|[c]]]` is built once, not copied at each level. */
  #openTail(frame: Frame): Term | undefined {
    frame.awaited = "list tail";
    while (this.#tokens.at("(")) {
      (frame.closers ??= []).push(")");
      this.#tokens.next();
    }
    if (!this.#tokens.at("[")) return undefined;
    (frame.closers ??= []).push("]");
    frame.awaited = "list element";
    this.#tokens.next();
    return this.#tokens.at("]") ? this.#closeList(frame, undefined) : undefined;
  }

  /** ']' of the list, after the closing tokens of what its tail has opened. */
  #closeList(frame: Frame, tail: Term | undefined): Term {
    if (tail !== undefined) this.#spans?.pushTail(tail);
    for (let closer = frame.closers?.pop(); closer !== undefined; closer = frame.closers?.pop()) {
      this.#tokens.expect(closer, `'${closer}'`, frame.opened);
    }
    if (!this.#tokens.at("]")) {
      throw this.#tokens.errors.unexpected(tail === undefined ? "',', '|' or ']'" : "']'", frame.opened);
    }
    return this.#close(frame, new List(this.#values.from(frame.base), tail));
  }

  /**
   *     map_expr -> '#' map_tuple
   *     map_tuple -> '{' '}' | '{' map_fields '}'
   */
  #openMap(): Term | undefined {
    const frame = this.#pushFrame("map key");
    this.#tokens.next();
    this.#tokens.expect("{", "'{', as in #{key => value}: a record is no term");
    return this.#tokens.at("}") ? this.#close(frame, new ErlMap([])) : undefined;
  }

  /** map_field -> map_key '=>' expr */
  #mapKey(frame: Frame, key: Term): void {
    this.#push(key);
    this.#tokens.expect("=>", "'=>'", frame.opened);
    frame.awaited = "map value";
  }

  /** map_fields -> map_field | map_field ',' map_fields */
  #mapValue(frame: Frame, value: Term): Term | undefined {
    this.#push(value);
    frame.awaited = "map key";
    if (this.#tokens.comma()) return undefined;
    if (!this.#tokens.at("}")) throw this.#tokens.errors.unexpected("',' or '}'", frame.opened);
    const values = this.#values.from(frame.base);
    const chosen = distinctEntries(values.filter((_, index) => index % 2 === 0));
    this.#spans?.pair(frame.base, chosen);
    return this.#close(frame, new ErlMap(chosen.map((index) => [values[2 * index]!, values[2 * index + 1]!])));
  }

  /** expr_max -> '(' expr ')' */
  #parenthesis(frame: Frame, value: Term): Term {
    this.#tokens.expect(")", "')'", frame.opened);
    this.#frames.pop();
    return value;
  }

  /** expr -> prefix_op expr, of which only + and - before a number make a term. */
  #prefixOp(): void {
    this.#pushFrame("operand").negative = this.#tokens.at("-");
    this.#tokens.next();
  }

  #operand(frame: Frame, value: Term): Term {
    if (this.#literal !== "number") {
      const summary = "only a number without a sign can follow a sign";
      throw this.#tokens.errors.badTerm(summary, frame.opened, frame.opened + 1);
    }
    this.#frames.pop();
    this.#literal = "other";
    this.#spans?.leaf(frame.opened, this.#spans.current.end);
    if (!frame.negative) return value;
    return value instanceof Float ? new Float(-value.value) : integer(-(value as number | bigint));
  }

  /** binary -> '<<' '>>' | '<<' bin_elements '>>' */
  #openBinary(): Term | undefined {
    const frame = this.#pushFrame("segment");
    frame.bits = new BitWriter(this.#budget);
    this.#tokens.next();
    frame.segmentStart = this.start;
    return this.#tokens.at(">>") ? this.#close(frame, frame.bits.finish()) : undefined;
  }

  /**
   *     bit_expr -> prefix_op expr_max | expr_max
   *     opt_bit_size_expr -> ':' bit_size_expr | '$empty'
   *     bit_size_expr -> expr_max
   */
  #segment(frame: Frame, term: Term): Term | undefined {
    const value = this.#literal === "string" ? new StringLiteral(this.#string) : term;
    if (!this.#tokens.at(":")) return this.#segmentEnd(frame, value, undefined);
    this.#tokens.next();
    const { category } = this.#tokens.scanner;
    if (category === "+" || category === "-" || category === "#") throw this.#tokens.errors.unexpected("a size");
    frame.value = value;
    frame.awaited = "size";
    return undefined;
  }

  #segmentEnd(frame: Frame, value: Term | StringLiteral, size: Term | undefined): Term | undefined {
    const bitstring = parseSegmentEnd(this.#tokens, frame, value, size);
    return bitstring === undefined ? undefined : this.#close(frame, bitstring);
  }

  #push(value: Term): void {
    this.#spans?.push();
    this.#values.push(value);
  }

  #pushFrame(awaited: Awaited): Frame {
    const frame = new Frame(awaited, this.start, this.#values.top);
    this.#frames.push(frame);
    return frame;
  }

  /** Pops the frame, whose closing token the parser stands at, and steps behind it. */
  #close(frame: Frame, value: Term): Term {
    this.#spans?.close(frame.base, frame.opened, this.#tokens.scanner.end);
    this.#frames.pop();
    this.#values.top = frame.base;
    this.#literal = "other";
    this.#tokens.next();
    return value;
  }
}
