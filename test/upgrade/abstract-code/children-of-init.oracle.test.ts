import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { parseTerm } from "../../../src/terms/parse.js";
import { printTerm } from "../../../src/terms/print.js";
import { tupleElements, listElements } from "../../../src/terms/access.js";
import { callsOfInit } from "../../../src/upgrade/abstract-code/calls-of-init.js";
import { childrenOfInit } from "../../../src/upgrade/abstract-code/children-of-init.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { runs } from "../../support/property-runs.js";

const RUNS = runs(300);

/** Sources of a supervisor's functions; what a function of the world gives can't be told without running it. */
const child = fc
  .record({
    id: fc.constantFrom("a", "b", '"c"', "{d, 1}", "Id", "{Id, 2}"),
    module: fc.constantFrom("shop", "Module", "'Elixir.Shop'"),
    args: fc.constantFrom("[]", "[Arg, #{x => 1}]", "[self()]", "[world()]"),
    type: fc.constantFrom(undefined, "worker", "supervisor", "type()"),
    modules: fc.constantFrom(undefined, "[shop]", "dynamic", "[Module, shop]", "modules()"),
    asTuple: fc.boolean(),
  })
  .map(({ id, module, args, type, modules, asTuple }) => {
    const start = `{${module}, start_link, ${args}}`;
    if (asTuple) return `{${id}, ${start}, permanent, 5000, ${type ?? "worker"}, ${modules ?? `[${module}]`}}`;
    const more = [type && `type => ${type}`, modules && `modules => ${modules}`].filter((each) => each !== undefined);
    return `#{${[`id => ${id}`, `start => ${start}`, ...more].join(", ")}}`;
  });

const source = fc
  .record({
    children: fc.array(child, { maxLength: 4 }),
    form: fc.constantFrom("list", "variable", "call", "append", "cons", "block", "world"),
    strategy: fc.constantFrom(
      "#{}",
      "#{strategy => rest_for_one}",
      "{one_for_all, 1, 5}",
      "#{strategy => simple_one_for_one}",
    ),
  })
  .map(({ children, form, strategy }) => {
    const written = `[${children.join(", ")}]`;
    const given = {
      list: written,
      variable: "Children",
      call: "children(Arg)",
      append: `[] ++ ${written}`,
      cons: `[#{id => first, start => {shop, start, []}} | ${written}]`,
      block: `begin _ = Arg, ${written} end`,
      world: `${written} ++ world()`,
    }[form];
    const bound = form === "variable" ? `Children = ${written}, ` : "";
    const body = `{Id, Module} = {e, shop_id}, `;
    return [
      "-module(sup). -export([init/1]).",
      `init(Arg) -> ${body}${bound}_ = {Id, Module, Arg}, {ok, {${strategy}, ${given}}}.`,
      `children(Arg) -> ${body}_ = {Id, Module, Arg}, ${written}.`,
      "world() -> case get(world) of undefined -> []; Other -> Other end.",
      "type() -> case get(world) of undefined -> worker; Other -> Other end.",
      "modules() -> case get(world) of undefined -> [shop]; Other -> Other end.",
    ].join("\n");
  });

const COMPILE = `
  {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Input)),
  Split = fun Split([], [], Forms) -> lists:reverse(Forms);
              Split([{dot, _} = Dot | Rest], Form, Forms) ->
                {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])), Split(Rest, [], [Parsed | Forms]);
              Split([Token | Rest], Form, Forms) -> Split(Rest, [Token | Form], Forms)
          end,
  Forms = Split(Tokens, [], []),
  {ok, sup, Binary} = compile:forms(Forms, [nowarn_unused_vars]),
  {module, sup} = code:load_binary(sup, "sup.beam", Binary),
  {ok, {_, Children}} = sup:init([]),
  Read = fun({I, {M, _, _}, _, _, T, Ms}) -> _ = M, {I, T, Ms};
            (#{id := I, start := {M, _, _}} = Map) -> {I, maps:get(type, Map, worker), maps:get(modules, Map, [M])} end,
  code:purge(sup),
  term_to_binary({Forms, [Read(C) || C <- Children]}).`;

describeErlang("the children of init/1", () => {
  const oracle = useOracle();

  it("are what init/1 gives, wherever they can be told", async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(source, async (text) => {
        const [forms, children] = tupleElements(decodeTerm(await oracle.run(COMPILE, text)), 2)!;
        const ours = childrenOfInit(forms!);
        if (ours === undefined) return;
        told++;
        const theirs = listElements(children)!.map((each) => tupleElements(each, 3)!);
        expect(ours.map(({ id }) => printTerm(id))).toEqual(theirs.map(([id]) => printTerm(id!)));
        ours.forEach(({ type, modules }, index) => {
          const [, theirType, theirModules] = theirs[index]!.map((term) => printTerm(term));
          if (type !== undefined) expect(type).toBe(theirType);
          if (modules !== undefined) {
            expect(
              modules === "dynamic"
                ? modules
                : `[${modules.map((name) => printTerm(parseTerm(`'${name}'`))).join(",")}]`,
            ).toBe(theirModules);
          }
        });
      }),
      { numRuns: RUNS },
    );
    expect(told).toBeGreaterThan(RUNS / 4);
  });

  it("aren't told where they are computed, and calls in functions and not in funs are found", async () => {
    const text = `-module(sup). -export([init/1]).
      init(_) -> table(), _ = fun() -> ets:new(later, [named_table]) end, register(top, self()),
        {ok, {#{}, [#{id => I, start => {shop, start, []}} || I <- [a, b]]}}.
      table() -> case get(x) of undefined -> ets:new(prices, [public, named_table]); _ -> ets:new(other, []) end.`;
    const [forms] = tupleElements(
      decodeTerm(await oracle.run(COMPILE.replace("sup:init([])", "{ok, {0, []}}"), text)),
      2,
    )!;
    expect(childrenOfInit(forms!)).toBeUndefined();
    expect(
      callsOfInit(forms!)
        .map(({ called, name }) => `${called} ${name ?? "-"}`)
        .toSorted(),
    ).toEqual(["erlang:register/2 top", "ets:new/2 -", "ets:new/2 prices"]);
  });
});
