import { decodeTerm } from "../../../src/terms/etf/decode.js";
import {
  List,
  Pid,
  Reference,
  type Term,
  Tuple,
  Atom,
  ErlMap,
  ExternalFun,
  OpaqueFun,
  atom,
  list,
  map,
  tuple,
} from "../../../src/terms/term.js";
import { printTerm } from "../../../src/terms/print.js";
import { isTagged } from "../../../src/runtime/support/term.js";
import type { Target } from "../../../src/target/target.js";
import type { useOracle } from "../../support/erlang.js";

type Run = ReturnType<typeof useOracle>["run"];

/**
 * For an oracle whose processes affect each other: one runs at a time, as on the embedded node, and what one does is not cut
 * in two by the operating system, which may let a thread of the emulator stand still anywhere.
 */
export const ONE_SCHEDULER = ["+S", "1:1"];

/** Compiles Erlang source on the oracle and loads it. */
export async function loadErlang(run: Run, source: string): Promise<void> {
  await run(
    `{ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Input)),
     Split = fun Split([], [], Forms) -> lists:reverse(Forms);
                 Split([{dot, _} = Dot | Rest], Form, Forms) ->
                   {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])),
                   Split(Rest, [], [Parsed | Forms]);
                 Split([Token | Rest], Form, Forms) -> Split(Rest, [Token | Form], Forms)
             end,
     {ok, Module, Binary} = compile:forms(Split(Tokens, [], []), []),
     {module, Module} = code:load_binary(Module, atom_to_list(Module) ++ ".beam", Binary), <<>>.`,
    source,
  );
}

/** What an expression gave on the oracle, and the expression as abstract forms, which the embedded node can evaluate. */
export interface OracleResult {
  readonly source: string;
  readonly forms: Term;
  /** The value, or `{raised, Class, Reason}`. */
  readonly value: Term;
}

/**
 * Runs expressions on the oracle, each in a process of its own as a call from outside is, one after another.
 * @param setup evaluated before them
 */
export async function runErlang(run: Run, sources: readonly string[], setup = "ok"): Promise<OracleResult[]> {
  const answer = await run(
    `Sources = binary_to_term(Input),
     Parse = fun(Source) ->
       {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list([Source, <<".">>])),
       {ok, Exprs} = erl_parse:parse_exprs(Tokens),
       Exprs
     end,
     Call = fun(Source) ->
       Exprs = Parse(Source),
       {Pid, Ref} = spawn_monitor(fun() ->
         exit({done, try {value, V, _} = erl_eval:exprs(Exprs, []), V catch C:R -> {raised, C, R} end})
       end),
       receive
         {'DOWN', Ref, process, Pid, {done, Value}} -> {Exprs, Value};
         {'DOWN', Ref, process, Pid, Other} -> {Exprs, {raised, exit, Other}}
       end
     end,
     logger:set_primary_config(level, none),
     [Setup | Rest] = Sources,
     Before = Call(Setup),
     term_to_binary([Before | [Call(Source) || Source <- Rest]]).`,
    encodeStrings([setup, ...sources]),
  );
  return (decodeTerm(answer) as List).elements.map((entry, index) => {
    const [forms, value] = (entry as Tuple).elements;
    return { source: [setup, ...sources][index]!, forms: forms!, value: value! };
  });
}

/** Evaluates forms on an embedded node: the value, or `{raised, Class, Reason}`. */
export async function evaluateOn(node: Target, forms: Term): Promise<Term> {
  const outcome = await node.call(
    { module: "erl_eval", function: "exprs", args: [forms, list()] },
    { timeoutMs: 20_000 },
  );
  if (outcome.kind === "returned") return (outcome.value as Tuple).elements[1]!;
  if (outcome.kind === "raised") return tuple(atom("raised"), atom(outcome.class), outcome.reason);
  throw new Error(`the embedded node did not answer: ${outcome.cause}`);
}

/** Runs expressions on the oracle and on an embedded node, and gives what each gave, comparable as text. */
export async function onBoth(
  run: Run,
  node: Target,
  sources: readonly string[],
  setup = "ok",
): Promise<{ ours: string[]; theirs: string[] }> {
  const results = await runErlang(run, sources, setup);
  const [our, their] = [new Normalizer(), new Normalizer()];
  const ours: string[] = [];
  const theirs: string[] = [];
  for (const { source, forms, value } of results) {
    ours.push(`${source} -> ${our.text(await evaluateOn(node, forms))}`);
    theirs.push(`${source} -> ${their.text(value)}`);
  }
  return { ours, theirs };
}

/** A list of binaries in the external term format. */
function encodeStrings(texts: readonly string[]): Uint8Array {
  const parts = texts.map((text) => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(5);
    head[0] = 109;
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  });
  const head = Buffer.alloc(6);
  head[0] = 131;
  head[1] = 108;
  head.writeUInt32BE(texts.length, 2);
  return texts.length === 0 ? Buffer.from([131, 106]) : Buffer.concat([head, ...parts, Buffer.from([106])]);
}

/**
 * A term with what can't be the same on two nodes taken out: pids become `{pid, N}` and references `{ref, N}`, numbered as
 * they come, stack traces become `stack`, funs `'fun'`.
 */
export class Normalizer {
  readonly #numbers = new Map<string, number>();

  text(term: Term): string {
    return printTerm(this.term(term));
  }

  term(term: Term): Term {
    if (term instanceof Pid) return this.#number("pid", `${term.id}.${term.serial}`);
    if (term instanceof Reference) return this.#number("ref", term.words.join("."));
    if (term instanceof Tuple) return tuple(...term.elements.map((element) => this.term(element)));
    if (term instanceof ErlMap) return map(term.entries.map(([key, value]) => [this.term(key), this.term(value)]));
    if (term instanceof OpaqueFun || term instanceof ExternalFun) return atom("fun");
    if (!(term instanceof List)) return term;
    if (term.elements.length > 0 && term.elements.every(isStackEntry)) return atom("stack");
    const elements = term.elements.map((element) => this.term(element));
    // The order of a process dictionary depends on the hashes of atoms, which differ from run to run.
    if (elements.some((element) => isTagged(element, "$ancestors", 2))) {
      return list(...elements.sort((a, b) => (printTerm(a) < printTerm(b) ? -1 : 1)));
    }
    return term.tail === undefined ? list(...elements) : new List(elements, this.term(term.tail));
  }

  #number(kind: string, key: string): Term {
    const known = `${kind} ${key}`;
    const number = this.#numbers.get(known) ?? this.#numbers.size;
    this.#numbers.set(known, number);
    return tuple(atom(kind), number);
  }
}

function isStackEntry(term: Term): boolean {
  if (!(term instanceof Tuple) || term.arity !== 4) return false;
  const [module, fun, arity, location] = term.elements;
  const isCall = module instanceof Atom && fun instanceof Atom;
  return isCall && (typeof arity === "number" || arity instanceof List) && location instanceof List;
}
