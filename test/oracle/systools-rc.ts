import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import type { List, Tuple, Atom } from "../../src/terms/term.js";
import { atom, nil, string, tuple, list, type Term } from "../../src/terms/term.js";
import type { UpgradeApplication } from "../../src/upgrade/translation/application.js";
import type { Oracle } from "../support/erlang.js";
import type { ScriptsCase } from "./scripts.js";
import { L, S, T } from "./terms.js";

/** What OTP made of a {@link ScriptsCase}. */
export type ScriptsAnswer =
  | {
      readonly ok: true;
      readonly script: Term;
      /** For each group of dependent modules the order that OTP chose: strong components, each one's modules. */
      readonly orders: readonly (readonly (readonly string[])[])[];
    }
  | { readonly ok: false; readonly reason: Term };

/**
 * Translates each case in a process of its own, and traces what digraph_utils:topsort/1 answers there: the order that OTP
 * chose where the dependencies leave it open. Nothing may be raised: the report would go to the standard output, among
 * the answers.
 */
const QUESTION = `
{module, _} = code:ensure_loaded(digraph_utils),
erlang:trace_pattern({digraph_utils, topsort, 1}, [{'_', [], [{return_trace}]}], []),
Orders = fun Orders(Pid) ->
  receive
    {trace, Pid, return_from, {digraph_utils, topsort, 1}, Order} -> [Order | Orders(Pid)];
    {trace, Pid, call, _} -> Orders(Pid)
  after 0 -> []
  end
end,
Translate = fun({Mode, Scripts, Appls, PreAppls}) ->
  {Pid, Monitor} = spawn_monitor(fun() ->
    receive go -> ok end,
    exit({answer, try systools_rc:translate_scripts(Mode, Scripts, Appls, PreAppls) catch _:Raised -> {raised, Raised} end})
  end),
  erlang:trace(Pid, true, [call]),
  Pid ! go,
  receive
    {'DOWN', Monitor, process, Pid, Result} ->
      Delivered = erlang:trace_delivered(Pid),
      receive {trace_delivered, Pid, Delivered} -> ok end,
      Chosen = Orders(Pid),
      case Result of
        {answer, {ok, Script}} -> {ok, Script, Chosen};
        {answer, {error, _, Reason}} -> {error, Reason};
        Crash -> {error, {crash, Crash}}
      end
  end
end,
term_to_binary(lists:map(Translate, binary_to_term(Input))).
`;

/** What OTP's systools_rc answers to these cases. */
export async function askSystoolsRc(
  oracle: Pick<Oracle, "run">,
  cases: readonly ScriptsCase[],
): Promise<readonly ScriptsAnswer[]> {
  const reply = await oracle.run(QUESTION, encodeTerm(list(...cases.map(caseTerm))));
  return (decodeTerm(reply) as List).elements.map(answerOf);
}

function caseTerm({ mode, scripts, applications, preApplications }: ScriptsCase): Term {
  return tuple(
    atom(mode === "up" ? "up" : "dn"),
    L(...scripts.map((script) => list(...script))),
    list(...applications.map(applicationTerm)),
    list(...preApplications.map(applicationTerm)),
  );
}

/** The record #application of systools.hrl. */
function applicationTerm({ name, type, vsn, modules }: UpgradeApplication): Term {
  const lists = Array.from({ length: 5 }, () => nil);
  return tuple(
    ...[atom("application"), atom(name), atom(type), string(vsn), S(""), S(""), L(...modules)],
    ...[...lists, T("infinity"), T("infinity"), nil, T("undefined"), S("")],
  );
}

function answerOf(term: Term): ScriptsAnswer {
  const elements = (term as Tuple).elements;
  if (elements[0] !== atom("ok")) return { ok: false, reason: elements[1]! };
  const names = (names: Term): string[] => (names as List).elements.map((name) => (name as Atom).name);
  const orders = (elements[2] as List).elements.map((order) => (order as List).elements.map(names));
  return { ok: true, script: elements[1]!, orders };
}
