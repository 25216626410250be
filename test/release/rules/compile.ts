import type { Oracle } from "../../support/erlang.js";

/** Compiles the source of an Erlang module; gives the bytes of its `.beam`. */
export async function compileModule(
  oracle: Pick<Oracle, "run">,
  source: string,
  options = "[debug_info]",
): Promise<Uint8Array> {
  return await oracle.run(
    `{ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Input)),
    Split = fun Split([], [], Forms) -> lists:reverse(Forms);
                Split([{dot, _} = Dot | Rest], Form, Forms) ->
                  {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])), Split(Rest, [], [Parsed | Forms]);
                Split([Token | Rest], Form, Forms) -> Split(Rest, [Token | Form], Forms) end,
    {ok, _, Beam} = compile:forms(Split(Tokens, [], []), ${options}),
    Beam.`,
    source,
  );
}

/** A gen_server called shop, with the given attributes and `code_change` clauses. */
export const serverSource = (attributes: string, codeChange: string | undefined): string =>
  `-module(shop). -behaviour(gen_server). ${attributes}
   -export([init/1, handle_call/3, handle_cast/2${codeChange === undefined ? "" : ", code_change/3"}]).
   init(A) -> {ok, A}. handle_call(_, _, S) -> {reply, ok, S}. handle_cast(_, S) -> {noreply, S}.
   ${codeChange ?? ""}`;
