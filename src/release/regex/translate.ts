import { classSource, literal, shorthand, type Range } from "./characters.js";

/** An expression that is not PCRE, or uses a part of it whose meaning JavaScript doesn't share. */
export class UnsupportedRegex extends Error {
  /** Where in the expression, in code points from 0. */
  readonly position: number;
  constructor(what: string, position: number) {
    super(what);
    this.name = "UnsupportedRegex";
    this.position = position;
  }
}

/** A part of the expression in JavaScript, with what decides whether it can be repeated. */
interface Piece {
  readonly source: string;
  readonly nullable: boolean;
  /** `^`, `$` and the like: PCRE refuses to repeat them. */
  readonly assertion?: true;
}

const END = "(?=\\n?$)";
const QUANTIFIERS = "*+?{";
const MAX_REPEAT = 65535;
const MAX_DEPTH = 100;

export interface TranslatedRegex {
  /** A JavaScript expression for the `u` flag. */
  readonly source: string;
  /** It holds `\d`, `\w` or the like: what these are beyond ASCII depends, in PCRE, on what stands around them. */
  readonly asciiOnly: boolean;
}

/**
 * The JavaScript expression (for the `u` flag) that means what `pattern` means to Erlang's `re` with the `unicode` option.
 * Only the part of PCRE that both read alike is taken: literals, `.`, classes, `\d \D \s \S \w \W`, escaped characters,
 * `^ $ \A \z \Z`, groups, lookahead, alternatives, greedy and lazy repetition of what can't match nothing.
 *
 * @throws UnsupportedRegex for everything else
 */
export function translateRegex(pattern: string): TranslatedRegex {
  return new Translator(pattern).whole();
}

/** A reader by recursive descent; each method has the grammar it reads above it. */
class Translator {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #asciiOnly = false;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  whole(): TranslatedRegex {
    const { source } = this.#alternatives();
    if (this.#at < this.#characters.length) this.#refuse("a ) that closes nothing");
    return { source, asciiOnly: this.#asciiOnly };
  }

  get #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #skip(text: string): boolean {
    if (!Array.from(text).every((character, index) => this.#characters[this.#at + index] === character)) return false;
    this.#at += text.length;
    return true;
  }

  #refuse(what: string): never {
    throw new UnsupportedRegex(what, this.#at);
  }

  // alternatives = sequence { "|" sequence }
  #alternatives(): Piece {
    const pieces = [this.#sequence()];
    while (this.#skip("|")) pieces.push(this.#sequence());
    return {
      source: pieces.map((piece) => piece.source).join("|"),
      nullable: pieces.some((piece) => piece.nullable),
    };
  }

  // sequence = { repeated }
  #sequence(): Piece {
    let source = "";
    let nullable = true;
    while (this.#next !== undefined && this.#next !== "|" && this.#next !== ")") {
      const piece = this.#repeated();
      source += piece.source;
      nullable &&= piece.nullable;
    }
    return { source, nullable };
  }

  // repeated = atom [ quantifier [ "?" ] ]
  #repeated(): Piece {
    const atom = this.#atom();
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return atom;
    // JavaScript gives up a repetition that matched nothing, PCRE goes on after it.
    if (atom.assertion === true || atom.nullable) this.#refuse("a repetition of something that can match nothing");
    const lazy = this.#skip("?") ? "?" : "";
    if (this.#next === "+") this.#refuse("a possessive repetition");
    if (this.#next !== undefined && QUANTIFIERS.includes(this.#next)) this.#refuse("a repetition of a repetition");
    return { source: atom.source + quantifier.source + lazy, nullable: quantifier.least === 0 };
  }

  // quantifier = "*" | "+" | "?" | "{" least [ "," [ most ] ] "}"
  #quantifier(): { source: string; least: number } | undefined {
    if (this.#skip("*")) return { source: "*", least: 0 };
    if (this.#skip("+")) return { source: "+", least: 1 };
    if (this.#skip("?")) return { source: "?", least: 0 };
    if (this.#next !== "{") return undefined;
    const found = /^\{(\d{1,5})(,(\d{1,5})?)?\}/.exec(this.#characters.slice(this.#at, this.#at + 14).join(""));
    if (found === null) this.#refuse("a { that begins no repetition (write \\{)");
    const least = Number(found[1]);
    const most = found[3] === undefined ? least : Number(found[3]);
    if (least > MAX_REPEAT || most > MAX_REPEAT || most < least) this.#refuse("a repetition with impossible limits");
    this.#at += found[0].length;
    return { source: found[0], least };
  }

  // atom = group | class | "." | "^" | "$" | "\" escape | literal
  #atom(): Piece {
    const character = this.#next!;
    if (character === "(") return this.#group();
    if (character === "[") return this.#class();
    if (character === "\\") return this.#escape();
    if (QUANTIFIERS.includes(character)) this.#refuse(`a ${character} that repeats nothing`);
    this.#at++;
    if (character === ".") return { source: "[^\\n]", nullable: false };
    if (character === "^") return { source: "^", nullable: true, assertion: true };
    if (character === "$") return { source: END, nullable: true, assertion: true };
    return { source: literal(character.codePointAt(0)!), nullable: false };
  }

  // group = "(" [ "?:" | "?=" | "?!" ] alternatives ")"
  #group(): Piece {
    if (++this.#depth > MAX_DEPTH) this.#refuse("groups nested too deeply");
    this.#skip("(");
    const lookahead = this.#skip("?=") ? "(?=" : this.#skip("?!") ? "(?!" : undefined;
    if (lookahead === undefined && !this.#skip("?:") && this.#next === "?") this.#refuse("this kind of group");
    const { source, nullable } = this.#alternatives();
    if (!this.#skip(")")) this.#refuse("a group that isn't closed");
    this.#depth--;
    if (lookahead !== undefined) return { source: `${lookahead}${source})`, nullable: true, assertion: true };
    return { source: `(?:${source})`, nullable };
  }

  #escape(): Piece {
    const letter = this.#characters[this.#at + 1];
    if (letter === "A" || letter === "z" || letter === "Z") {
      this.#at += 2;
      return { source: letter === "A" ? "^" : letter === "z" ? "$" : END, nullable: true, assertion: true };
    }
    return { source: `[${classSource(this.#escaped())}]`, nullable: false };
  }

  /** What a backslash and what follows it stand for, inside a class or outside. */
  #escaped(): readonly Range[] {
    this.#skip("\\");
    const letter = this.#next ?? this.#refuse("a backslash at the end");
    const set = shorthand(letter);
    if (set !== undefined) {
      this.#asciiOnly = true;
      this.#at++;
      return set;
    }
    const codePoint = this.#escapedCharacter(letter);
    return [[codePoint, codePoint]];
  }

  // escaped = "a" | "e" | "f" | "n" | "r" | "t" | "x" hex hex | "x{" hex { hex } "}" | punctuation
  #escapedCharacter(letter: string): number {
    if (letter === "x") return this.#hexadecimal();
    const control = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }[letter];
    if (control === undefined && !/^[!-/:-@[-`{-~ ]$/.test(letter)) this.#refuse(`the escape \\${letter}`);
    this.#at++;
    return control ?? letter.codePointAt(0)!;
  }

  #hexadecimal(): number {
    const rest = this.#characters.slice(this.#at, this.#at + 9).join("");
    const found = /^x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/.exec(rest);
    const codePoint = found === null ? NaN : parseInt(found[1] ?? found[2]!, 16);
    if (found === null || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
      this.#refuse("a \\x without a character's number");
    }
    this.#at += found[0].length;
    return codePoint;
  }

  // class = "[" [ "^" ] [ "]" ] { member [ "-" member ] } "]"
  #class(): Piece {
    this.#skip("[");
    const negated = this.#skip("^");
    const ranges: Range[] = [];
    for (let first = true; first || this.#next !== "]"; first = false) {
      if (this.#next === undefined) this.#refuse("a class that isn't closed");
      ranges.push(...this.#classMember(first));
    }
    this.#skip("]");
    return { source: `[${negated ? "^" : ""}${classSource(ranges)}]`, nullable: false };
  }

  #classMember(first: boolean): readonly Range[] {
    const isLast = (offset: number): boolean => this.#characters[this.#at + offset] === "]";
    if (this.#next === "-" && !first && !isLast(1)) this.#refuse("a - inside a class (write \\-)");
    const low = this.#classCharacter();
    if (this.#next !== "-" || isLast(1)) return low;
    this.#skip("-");
    const high = this.#classCharacter();
    const [[from, fromEnd], [to, toEnd]] = [low[0]!, high[0]!];
    if (low.length > 1 || high.length > 1 || from !== fromEnd || to !== toEnd) {
      this.#refuse("a range that begins or ends with a set");
    }
    if (to < from) this.#refuse("a range in falling order");
    return [[from, to]];
  }

  #classCharacter(): readonly Range[] {
    const character = this.#next ?? this.#refuse("a class that isn't closed");
    if (character === "\\") return this.#escaped();
    const after = this.#characters[this.#at + 1];
    if (character === "[" && after !== undefined && ":.=".includes(after)) this.#refuse("a named class");
    this.#at++;
    const codePoint = character.codePointAt(0)!;
    return [[codePoint, codePoint]];
  }
}
