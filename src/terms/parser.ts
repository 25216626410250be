import { BitError } from "./bit-error.js";
import { BitWriter, StringLiteral, type BitBudget } from "./bits.js";
import type { TypeSpecifier } from "./bit-type.js";
import { distinctEntries } from "./map-entries.js";
import { Frame, type Awaited } from "./frame.js";
import { ParseErrors } from "./parse-errors.js";
import { ProblemError } from "./problem.js";
import type { Scanner } from "./scan.js";
import { SpanStack, type SpanNode } from "./span-tree.js";
import { atom, ErlMap, ExternalFun, Float, integer, List, nil, string, Tuple, type Term } from "./term.js";
import { ValueStack } from "./value-stack.js";

/** What may be made of bits beyond what a text of that length needs: 64 MiB, and 8 bytes a character. */
const SPARE_BITS = 2 ** 29;
const BITS_PER_CHARACTER = 64;

/** What the last expression was, as far as it matters to what is around it. */
type Literal = "number" | "string" | "other";

/**
 * erl_parse:parse_term/1, in one pass with erl_parse:normalise/1: the part of the grammar of expressions that is terms.
 * Above each method stand the rules that it follows; what opens and closes keeps its state in a `Frame`.
 */
export class Parser {
  readonly #scanner: Scanner;
  readonly #errors: ParseErrors;
  readonly #budget: BitBudget;
  readonly #frames: Frame[] = [];
  readonly #values = new ValueStack();
  /** Only when places are asked for. */
  readonly #spans: SpanStack | undefined;
  #literal: Literal = "other";
  /** The content of the last string literal. */
  #string = "";
  #scanFailed = false;

  constructor(scanner: Scanner, options: { readonly keepSpans?: boolean } = {}) {
    this.#scanner = scanner;
    this.#errors = new ParseErrors(scanner);
    this.#spans = options.keepSpans === true ? new SpanStack() : undefined;
    this.#budget = { bits: SPARE_BITS + scanner.source.text.length * BITS_PER_CHARACTER };
  }

  get atEnd(): boolean {
    return this.#at("eof");
  }

  /** The offset of the token the parser stands at. */
  get start(): number {
    return this.#scanner.start;
  }

  /** Steps to the next token. @throws ProblemError where the scanner does */
  next(): void {
    this.#errors.stepped();
    this.#scanFailed = true;
    this.#scanner.scan();
    this.#scanFailed = false;
  }

  /** form -> expr dot */
  form(): Term {
    const term = this.#expr();
    if (!this.#at("dot")) throw this.#errors.unexpected("a full stop after the term");
    this.next();
    return term;
  }

  /** The places in a form. The parser must have been made with `keepSpans`. */
  formSpans(): SpanNode {
    this.#expr();
    return this.#spans!.current;
  }

  /** expr [dot] eof */
  single(): Term {
    const term = this.#expr();
    if (this.#at("dot")) this.next();
    if (!this.atEnd) throw this.#errors.unexpected("the end of the term");
    return term;
  }

  /** After an error: steps behind the next full stop. False when the scanner failed, and nothing more can be read. */
  recover(): boolean {
    this.#frames.length = 0;
    this.#values.top = 0;
    try {
      while (!this.#scanFailed && !this.#at("dot") && !this.atEnd) this.next();
      if (!this.#scanFailed && !this.atEnd) this.next();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
    return !this.#scanFailed;
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
   * The begin of an expr or an expr_max. Its value, or undefined when it has opened a construct that waits for the next.
   *
   *     expr -> expr_max | prefix_op expr | map_expr
   *     expr_max -> atomic | list | tuple | binary | fun_expr | '(' expr ')'
   *     atomic -> char | integer | float | atom | strings
   */
  #exprMax(): Term | undefined {
    const scanner = this.#scanner;
    switch (scanner.category) {
      case "atom":
        return this.#atomic(atom(scanner.text), "other");
      case "integer":
      case "char":
        return this.#atomic(scanner.integer, "number");
      case "float":
        return this.#atomic(new Float(scanner.float), "number");
      case "string":
        return this.#strings();
      case "{":
        return this.#open("tuple element", "}");
      case "[":
        return this.#open("list element", "]");
      case "#":
        return this.#openMap();
      case "<<":
        return this.#openBinary();
      case "(":
        return this.#open("inner", undefined);
      case "+":
      case "-":
        this.#prefixOp();
        return undefined;
      case "fun":
        return this.#funExpr();
      default:
        throw this.#errors.unexpected("a term", this.#frames.at(-1)?.opened);
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
      case "inner":
        return this.#parenthesis(frame, value);
      case "operand":
        return this.#operand(frame, value);
      case "segment":
        return this.#segment(frame, value);
      case "size":
        return this.#binElement(frame, frame.value, value);
    }
  }

  #atomic(value: Term, literal: Literal): Term {
    this.#spans?.leaf(this.#scanner.start, this.#scanner.end);
    this.#literal = literal;
    this.next();
    return value;
  }

  /** strings -> string | string strings */
  #strings(): Term {
    const scanner = this.#scanner;
    const start = scanner.start;
    let end = scanner.end;
    let text = scanner.text;
    this.next();
    while (this.#at("string")) {
      text += scanner.text;
      end = scanner.end;
      this.next();
    }
    this.#spans?.leaf(start, end);
    this.#literal = "string";
    this.#string = text;
    // Inside `<<...>>` only the text is used.
    return this.#frames.at(-1)?.awaited === "segment" ? nil : string(text);
  }

  /** fun_expr -> 'fun' atom ':' atom '/' integer */
  #funExpr(): Term {
    const scanner = this.#scanner;
    const start = scanner.start;
    this.next();
    const module = this.#expectAtom("a module, as in fun lists:map/2");
    this.#expect(":", "':' and a function: only `fun Module:Function/Arity` is a term");
    const name = this.#expectAtom("a function's name");
    this.#expect("/", "'/' and an arity");
    const arity = scanner.integer;
    if (!this.#at("integer")) throw this.#errors.unexpected("an arity");
    if (arity > 255) throw this.#errors.badTerm("the arity of a fun is at most 255", scanner.start, scanner.end);
    this.#spans?.leaf(start, scanner.end);
    this.#literal = "other";
    this.next();
    return new ExternalFun(module, name, Number(arity));
  }

  /** Opens a construct, or makes an empty one when the closing token follows at once. */
  #open(awaited: Awaited, closer: string | undefined): Term | undefined {
    const frame = new Frame(awaited, this.#scanner.start, this.#values.top);
    this.#frames.push(frame);
    this.next();
    if (closer === undefined || !this.#at(closer)) return undefined;
    return this.#close(frame, closer === "]" ? nil : new Tuple([]));
  }

  /**
   *     tuple -> '{' '}' | '{' exprs '}'
   *     exprs -> expr | expr ',' exprs
   */
  #tupleElement(frame: Frame, value: Term): Term | undefined {
    this.#push(value);
    if (this.#comma()) return undefined;
    if (!this.#at("}")) throw this.#errors.unexpected("',' or '}'", frame.opened);
    return this.#close(frame, new Tuple(this.#values.from(frame.base)));
  }

  /**
   *     list -> '[' ']' | '[' expr tail
   *     tail -> ']' | '|' expr ']' | ',' expr tail
   */
  #listElement(frame: Frame, value: Term): Term | undefined {
    this.#push(value);
    if (this.#comma()) return undefined;
    if (!this.#at("|")) return this.#closeList(frame, undefined);
    this.next();
    return this.#openTail(frame);
  }

  /** A list in the tail goes on filling the same frame: `[a|[b|[c]]]` is built once, not copied at each level. */
  #openTail(frame: Frame): Term | undefined {
    while (this.#at("(")) {
      (frame.closers ??= []).push(")");
      this.next();
    }
    frame.awaited = "list tail";
    if (!this.#at("[")) return undefined;
    (frame.closers ??= []).push("]");
    frame.awaited = "list element";
    this.next();
    return this.#at("]") ? this.#closeList(frame, undefined) : undefined;
  }

  /** ']' of the list, after the closing tokens of what its tail has opened. */
  #closeList(frame: Frame, tail: Term | undefined): Term {
    if (tail !== undefined) this.#spans?.pushTail(tail);
    for (let closer = frame.closers?.pop(); closer !== undefined; closer = frame.closers?.pop()) {
      this.#expectCloser(closer, frame);
    }
    if (!this.#at("]")) {
      throw this.#errors.unexpected(tail === undefined ? "',', '|' or ']'" : "']'", frame.opened);
    }
    return this.#close(frame, new List(this.#values.from(frame.base), tail));
  }

  /** map_expr -> '#' map_tuple ; map_tuple -> '{' '}' | '{' map_fields '}' */
  #openMap(): Term | undefined {
    const frame = new Frame("map key", this.#scanner.start, this.#values.top);
    this.#frames.push(frame);
    this.next();
    if (!this.#at("{")) throw this.#errors.unexpected("'{' of a map: a record is no term");
    this.next();
    return this.#at("}") ? this.#close(frame, new ErlMap([])) : undefined;
  }

  /** map_field -> map_key '=>' expr */
  #mapKey(frame: Frame, key: Term): void {
    this.#push(key);
    this.#expect("=>", "'=>'", frame.opened);
    frame.awaited = "map value";
  }

  /** map_fields -> map_field | map_field ',' map_fields */
  #mapValue(frame: Frame, value: Term): Term | undefined {
    this.#push(value);
    frame.awaited = "map key";
    if (this.#comma()) return undefined;
    if (!this.#at("}")) throw this.#errors.unexpected("',' or '}'", frame.opened);
    const values = this.#values.from(frame.base);
    const keys = values.filter((_, index) => index % 2 === 0);
    const chosen = distinctEntries(keys);
    this.#spans?.pair(frame.base, chosen);
    return this.#close(frame, new ErlMap(chosen.map((index) => [values[2 * index]!, values[2 * index + 1]!])));
  }

  /** expr_max -> '(' expr ')' */
  #parenthesis(frame: Frame, value: Term): Term {
    this.#expectCloser(")", frame);
    this.#frames.pop();
    return value;
  }

  /** expr -> prefix_op expr, of which only + and - before a number make a term. */
  #prefixOp(): void {
    const frame = new Frame("operand", this.#scanner.start, this.#values.top);
    frame.negative = this.#at("-");
    this.#frames.push(frame);
    this.next();
  }

  #operand(frame: Frame, value: Term): Term {
    if (this.#literal !== "number") {
      throw this.#errors.badTerm("only a number without a sign can follow a sign", frame.opened, frame.opened + 1);
    }
    this.#frames.pop();
    this.#literal = "other";
    this.#spans?.leaf(frame.opened, this.#spans.current.end);
    if (!frame.negative) return value;
    if (value instanceof Float) return new Float(-value.value);
    return integer(-(value as number | bigint));
  }

  /** binary -> '<<' '>>' | '<<' bin_elements '>>' */
  #openBinary(): Term | undefined {
    const frame = new Frame("segment", this.#scanner.start, this.#values.top);
    frame.bits = new BitWriter(this.#budget);
    this.#frames.push(frame);
    this.next();
    if (this.#at(">>")) return this.#close(frame, frame.bits.finish());
    frame.segmentStart = this.#scanner.start;
    return undefined;
  }

  /**
   *     bin_element -> bit_expr opt_bit_size_expr opt_bit_type_list
   *     bit_expr -> prefix_op expr_max | expr_max
   *     opt_bit_size_expr -> ':' bit_size_expr | '$empty'
   *     bit_size_expr -> expr_max
   */
  #segment(frame: Frame, term: Term): Term | undefined {
    const value = this.#literal === "string" ? new StringLiteral(this.#string) : term;
    if (!this.#at(":")) return this.#binElement(frame, value, undefined);
    this.next();
    const { category } = this.#scanner;
    if (category === "+" || category === "-" || category === "#") throw this.#errors.unexpected("a size");
    frame.value = value;
    frame.awaited = "size";
    return undefined;
  }

  /** bin_elements -> bin_element | bin_element ',' bin_elements */
  #binElement(frame: Frame, value: Term | StringLiteral, size: Term | undefined): Term | undefined {
    const bits = frame.bits!;
    const types = this.#bitTypeList();
    try {
      bits.append({ value, size, types });
    } catch (error) {
      if (!(error instanceof BitError)) throw error;
      throw this.#errors.badTerm(
        `a segment that makes no bits: ${error.message}`,
        frame.segmentStart,
        this.#scanner.start,
      );
    }
    if (this.#comma()) {
      frame.awaited = "segment";
      frame.segmentStart = this.#scanner.start;
      return undefined;
    }
    if (!this.#at(">>")) throw this.#errors.unexpected("',' or '>>'", frame.opened);
    return this.#close(frame, bits.finish());
  }

  /**
   *     opt_bit_type_list -> '/' bit_type_list | '$empty'
   *     bit_type_list -> bit_type '-' bit_type_list | bit_type
   *     bit_type -> atom | atom ':' integer
   */
  #bitTypeList(): readonly TypeSpecifier[] {
    const scanner = this.#scanner;
    if (!this.#at("/")) return [];
    const types: TypeSpecifier[] = [];
    do {
      this.next();
      const { name } = this.#expectAtom("a type of a segment");
      if (this.#at(":")) {
        this.next();
        if (!this.#at("integer")) throw this.#errors.unexpected("a unit");
        types.push({ name, argument: scanner.integer });
        this.next();
      } else types.push({ name });
    } while (this.#at("-"));
    return types;
  }

  #push(value: Term): void {
    this.#spans?.push();
    this.#values.push(value);
  }

  /** Pops the frame, whose closing token the parser stands at, and steps behind it. */
  #close(frame: Frame, value: Term): Term {
    this.#spans?.close(frame.base, frame.opened, this.#scanner.end);
    this.#frames.pop();
    this.#values.top = frame.base;
    this.#literal = "other";
    this.next();
    return value;
  }

  #at(category: string): boolean {
    return this.#scanner.category === category;
  }

  #comma(): boolean {
    if (!this.#at(",")) return false;
    this.next();
    return true;
  }

  #expect(category: string, expected: string, opened?: number): void {
    if (!this.#at(category)) throw this.#errors.unexpected(expected, opened);
    this.next();
  }

  #expectCloser(closer: string, frame: Frame): void {
    this.#expect(closer, `'${closer}'`, frame.opened);
  }

  #expectAtom(expected: string) {
    if (!this.#at("atom")) throw this.#errors.unexpected(expected);
    const found = atom(this.#scanner.text);
    this.next();
    return found;
  }
}
