/**
 * Erlang terms as JavaScript values.
 *
 * An integer is a `number` while it is safe and a `bigint` beyond, never the other way round, so two equal integers
 * are always `===` to each other. Every other term is an instance of one of the classes below; atoms are interned.
 */

export type Term =
  number | bigint | Float | Atom | Bitstring | List | Tuple | ErlMap | Pid | Port | Reference | ExternalFun | OpaqueFun;

export type TermKind =
  | "integer"
  | "float"
  | "atom"
  | "bitstring"
  | "list"
  | "tuple"
  | "map"
  | "pid"
  | "port"
  | "reference"
  | "external_fun"
  | "fun";

/** The kind of a term: the one thing to switch on. */
export function kindOf(term: Term): TermKind {
  return typeof term === "number" || typeof term === "bigint" ? "integer" : term.kind;
}

const atoms = new Map<string, Atom>();

/** An atom. Interned: two atoms of one name are the same object. Make them with {@link atom}. */
export class Atom {
  readonly kind = "atom";
  readonly name: string;
  /** @internal use {@link atom} */
  constructor(name: string) {
    this.name = name;
  }
}

/** The atom called `name`. */
export function atom(name: string): Atom {
  let found = atoms.get(name);
  if (found === undefined) {
    found = new Atom(detached(name));
    atoms.set(found.name, found);
  }
  return found;
}

/** A copy: atoms stay for ever, and a name cut from a text would keep all of the text in memory. */
const detached = (name: string): string => ` ${name}`.slice(1);

/** A float. Wrapped, because `1` and `1.0` are different terms. Always finite, as in Erlang. */
export class Float {
  readonly kind = "float";
  readonly value: number;
  constructor(value: number) {
    if (!Number.isFinite(value)) throw new RangeError("an Erlang float is finite");
    this.value = value;
  }
}

/** A binary, or a bit string whose last byte holds fewer than 8 bits (they are its highest ones; the rest is zero). */
export class Bitstring {
  readonly kind = "bitstring";
  readonly bytes: Uint8Array;
  /** How many bits of the last byte count: 1 to 8. 8 for a binary, also for the empty one. */
  readonly lastBits: number;
  constructor(bytes: Uint8Array, lastBits = 8) {
    this.bytes = bytes;
    this.lastBits = lastBits;
  }
  get isBinary(): boolean {
    return this.lastBits === 8;
  }
}

/** A list: its elements and, when it is improper, its tail. `[]` has no elements and no tail. */
export class List {
  readonly kind = "list";
  readonly elements: readonly Term[];
  /** The last tail of an improper list, never a `List`; undefined when the list is proper. */
  readonly tail: Term | undefined;
  constructor(elements: readonly Term[], tail?: Term) {
    if (tail instanceof List) {
      this.elements = [...elements, ...tail.elements];
      this.tail = tail.tail;
    } else {
      this.elements = elements;
      this.tail = tail;
    }
  }
  get isProper(): boolean {
    return this.tail === undefined;
  }
}

export class Tuple {
  readonly kind = "tuple";
  readonly elements: readonly Term[];
  constructor(elements: readonly Term[]) {
    this.elements = elements;
  }
  get arity(): number {
    return this.elements.length;
  }
}

/** A map. Entries keep the order they were written in; equality and printing don't depend on it. */
export class ErlMap {
  readonly kind = "map";
  readonly entries: readonly (readonly [Term, Term])[];
  #sorted: readonly (readonly [Term, Term])[] | undefined;
  constructor(entries: readonly (readonly [Term, Term])[]) {
    this.entries = entries;
  }
  /** @internal the entries in the order of their keys, once `sortedEntries` has put them so */
  get sorted(): readonly (readonly [Term, Term])[] | undefined {
    return this.#sorted;
  }
  /** @internal */
  set sorted(entries: readonly (readonly [Term, Term])[] | undefined) {
    this.#sorted = entries;
  }
}

/** A process identifier. `id` and `serial` are what a node prints as `<0.id.serial>` of its own pids. */
export class Pid {
  readonly kind = "pid";
  readonly node: Atom;
  readonly id: number;
  readonly serial: number;
  readonly creation: number;
  constructor(node: Atom, id: number, serial: number, creation: number) {
    this.node = node;
    this.id = id;
    this.serial = serial;
    this.creation = creation;
  }
}

export class Port {
  readonly kind = "port";
  readonly node: Atom;
  readonly id: bigint;
  readonly creation: number;
  constructor(node: Atom, id: bigint, creation: number) {
    this.node = node;
    this.id = id;
    this.creation = creation;
  }
}

export class Reference {
  readonly kind = "reference";
  readonly node: Atom;
  readonly creation: number;
  /** 32-bit words, as they travel: the first is printed last. */
  readonly words: readonly number[];
  constructor(node: Atom, creation: number, words: readonly number[]) {
    this.node = node;
    this.creation = creation;
    this.words = words;
  }
}

/** `fun Module:Function/Arity`. */
export class ExternalFun {
  readonly kind = "external_fun";
  readonly module: Atom;
  readonly function: Atom;
  readonly arity: number;
  constructor(module: Atom, fun: Atom, arity: number) {
    this.module = module;
    this.function = fun;
    this.arity = arity;
  }
}

/** A fun of a module's body, which only its node can call. It is passed on byte for byte. */
export class OpaqueFun {
  readonly kind = "fun";
  readonly module: Atom;
  readonly arity: number;
  readonly index: number;
  readonly uniq: number;
  /** The whole external form (NEW_FUN_EXT and what follows), without the version byte. */
  readonly external: Uint8Array;
  constructor(module: Atom, arity: number, index: number, uniq: number, external: Uint8Array) {
    this.module = module;
    this.arity = arity;
    this.index = index;
    this.uniq = uniq;
    this.external = external;
  }
}

/** The empty list. */
export const nil: List = new List([]);

/** An integer in the one form it has: a `number` when safe, else a `bigint`. */
export function integer(value: number | bigint): number | bigint {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`);
    return value === 0 ? 0 : value;
  }
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

export const tuple = (...elements: readonly Term[]): Tuple => new Tuple(elements);
export const list = (...elements: readonly Term[]): List => (elements.length === 0 ? nil : new List(elements));

/** A string as Erlang has it: the list of its code points. */
export function string(text: string): List {
  if (text === "") return nil;
  const codes = new Array<number>(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (code > 0xffff) at++;
    codes[count++] = code;
  }
  codes.length = count;
  return new List(codes);
}

/** A binary of the text in UTF-8, or of the bytes as they are. */
export function binary(content: string | Uint8Array): Bitstring {
  return new Bitstring(typeof content === "string" ? new TextEncoder().encode(content) : content);
}

export const map = (entries: readonly (readonly [Term, Term])[]): ErlMap => new ErlMap(entries);
