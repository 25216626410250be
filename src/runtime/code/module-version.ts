import { Atom, List, type Term, atom, binary, integer, list, string, tuple } from "../../terms/term.js";
import { isTerm } from "../support/term.js";

/** A function that a module exports. It gets terms, and gives a term or a promise of one. */
export type ModuleFunction = (...args: unknown[]) => unknown;

/**
 * With how many arguments OTP calls the callbacks it knows. A JavaScript function may leave out parameters at the end;
 * its arity on the node is this one all the same.
 */
const CALLBACK_ARITIES: Readonly<Record<string, number>> = {
  handle_call: 3,
  handle_cast: 2,
  handle_info: 2,
  handle_continue: 2,
  terminate: 2,
  code_change: 3,
  system_continue: 3,
  system_terminate: 4,
  system_code_change: 4,
  system_get_state: 1,
  system_replace_state: 2,
};

/** Callbacks whose names mean something else in other modules: only where the module says that it has the behaviour. */
const BEHAVIOUR_ARITIES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  gen_server: { init: 1 },
  gen_event: { init: 1, handle_event: 2, handle_call: 2 },
  supervisor: { init: 1 },
  application: { start: 2, stop: 1, prep_stop: 1, config_change: 3, start_phase: 3 },
};

/** One version of a module's code: what evaluating its file gave. */
export class ModuleVersion {
  readonly name: Atom;
  readonly file: string;
  readonly md5: Uint8Array;
  readonly attributes: readonly (readonly [string, List])[];
  /** Dropped on purge, so that nothing keeps the code alive. */
  #exports: Readonly<Record<string, unknown>> | undefined;
  readonly #callbacks: Readonly<Record<string, number>>;

  constructor(options: { name: string; file: string; md5: Uint8Array; exports: Readonly<Record<string, unknown>> }) {
    this.name = atom(options.name);
    this.file = options.file;
    this.md5 = options.md5;
    this.#exports = options.exports;
    this.attributes = attributesOf(options.exports, options.md5);
    const behaviours = this.attributes.filter(([key]) => key === "behaviour").flatMap(([, value]) => value.elements);
    const known = behaviours.map((behaviour) => BEHAVIOUR_ARITIES[(behaviour as Atom).name]);
    this.#callbacks = Object.assign({}, CALLBACK_ARITIES, ...known) as Record<string, number>;
  }

  /** The module's name as its file says it in `exports.module`; undefined when it doesn't. */
  static declaredName(exports: Readonly<Record<string, unknown>>): string | undefined {
    const declared = exports["module"];
    if (declared instanceof Atom) return declared.name;
    return typeof declared === "string" ? declared : undefined;
  }

  /** The exported function `name` when it can be called with `arity` arguments. */
  function(name: string, arity: number): ModuleFunction | undefined {
    const found = this.#exports !== undefined && Object.hasOwn(this.#exports, name) ? this.#exports[name] : undefined;
    return typeof found === "function" && found.length <= arity ? (found as ModuleFunction) : undefined;
  }

  /** True when the module exports `name` with exactly this arity: `erlang:function_exported/3`. */
  exportsFunction(name: string, arity: number): boolean {
    const found = this.function(name, arity);
    return found !== undefined && this.#arityOf(name, found) === arity;
  }

  /** Name and arity of every exported function, `module_info` included. */
  get exported(): (readonly [string, number])[] {
    const exported: (readonly [string, number])[] = [];
    for (const [name, value] of Object.entries(this.#exports ?? {})) {
      if (typeof value === "function") exported.push([name, this.#arityOf(name, value as ModuleFunction)]);
    }
    exported.push(["module_info", 0], ["module_info", 1]);
    return exported;
  }

  #arityOf(name: string, fun: ModuleFunction): number {
    const known = Object.hasOwn(this.#callbacks, name) ? this.#callbacks[name]! : fun.length;
    return Math.max(known, fun.length);
  }

  /** The value of the `vsn` attribute as `beam_lib:version/1` gives it. */
  get vsn(): List {
    return this.attributes.find(([name]) => name === "vsn")![1];
  }

  /** `Module:module_info/0`. */
  info(): List {
    return list(
      ...["module", "exports", "attributes", "compile", "md5"].map((key) => tuple(atom(key), this.item(key)!)),
    );
  }

  /** `Module:module_info/1`; undefined for an item it doesn't know. */
  item(key: string): Term | undefined {
    switch (key) {
      case "module":
        return this.name;
      case "exports":
      case "functions":
        return list(...this.exported.map(([name, arity]) => tuple(atom(name), arity)));
      case "attributes":
        return list(...this.attributes.map(([name, value]) => tuple(atom(name), value)));
      case "compile":
        return list(tuple(atom("version"), string(process.versions.v8)), tuple(atom("source"), string(this.file)));
      case "md5":
        return binary(this.md5);
      case "nifs":
        return list();
      case "native":
        return atom("false");
      default:
        return undefined;
    }
  }

  /** Lets go of the code. */
  drop(): void {
    this.#exports = undefined;
  }
}

function attributesOf(exports: Readonly<Record<string, unknown>>, md5: Uint8Array): (readonly [string, List])[] {
  const attributes: (readonly [string, List])[] = [["vsn", vsnOf(exports["vsn"], md5)]];
  const behaviours = exports["behaviour"] ?? exports["behavior"];
  for (const behaviour of Array.isArray(behaviours) ? (behaviours as unknown[]) : [behaviours]) {
    if (typeof behaviour === "string") attributes.push(["behaviour", list(atom(behaviour))]);
    else if (behaviour instanceof Atom) attributes.push(["behaviour", list(behaviour)]);
  }
  return attributes;
}

/** The `vsn` attribute as the compiler makes it: a list stays, other terms go into one; without it, the MD5. */
function vsnOf(declared: unknown, md5: Uint8Array): List {
  if (typeof declared === "string") return string(declared);
  if (declared instanceof List) return declared;
  if (isTerm(declared)) return list(declared);
  let value = 0n;
  for (const byte of md5) value = value * 256n + BigInt(byte);
  return list(integer(value));
}
