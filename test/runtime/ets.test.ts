import fc from "fast-check";
import { expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";

const key = fc.constantFrom("a", "b", "{1,a}", "{1,b}", "1", "[]", '"x"', "<<1>>");
const object = fc.tuple(key, fc.array(key, { maxLength: 2 })).map(([first, rest]) => `{${[first, ...rest].join(",")}}`);
const pattern = fc.constantFrom(
  "{'$1'}",
  "{'$1','_'}",
  "{{'$2','$1'},'$3'}",
  "{a,'$1'}",
  "{'$1','$1'}",
  "'$1'",
  "{'_','$2','$1'}",
);
const table = fc.constantFrom("T", "S");

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(table, object).map(([t, o]) => `ets:insert(${t}, ${o})`) },
  fc.tuple(table, fc.array(object, { maxLength: 3 })).map(([t, os]) => `ets:insert(${t}, [${os.join(",")}])`),
  fc.tuple(table, key).map(([t, k]) => `ets:lookup(${t}, ${k})`),
  fc.tuple(table, key, fc.nat(3)).map(([t, k, n]) => `ets:lookup_element(${t}, ${k}, ${n})`),
  fc.tuple(table, key).map(([t, k]) => `ets:member(${t}, ${k})`),
  fc.tuple(table, key).map(([t, k]) => `ets:delete(${t}, ${k})`),
  pattern.map((p) => `ets:match(T, ${p})`),
  pattern.map((p) => `lists:sort(ets:match(S, ${p}))`),
  fc.constantFrom(
    "ets:tab2list(T)",
    "lists:sort(ets:tab2list(S))",
    "ets:info(T, size)",
    "ets:lookup(make_ref(), a)",
    "ets:insert(T, x)",
    "ets:insert(T, {})",
    "ets:insert(T, [{a}, b])",
    "ets:info(T, owner) =:= self()",
    "begin {P, R} = spawn_monitor(fun() -> ets:insert(T, {z}) end), receive {'DOWN', R, process, P, Why} -> Why end end",
    "begin {P, R} = spawn_monitor(fun() -> exit(catch ets:insert(S, {z})) end), receive {'DOWN', R, process, P, {'EXIT', {Why, _}}} -> Why end end",
    "begin Me = self(), spawn(fun() -> Me ! {table, ets:new(gone, [public]), self()}, receive stop -> ok end end), receive {table, G, Owner} -> M = monitor(process, Owner), Owner ! stop, receive {'DOWN', M, _, _, _} -> ok end, {ets:info(G, size), catch ets:lookup(G, a)} end end",
  ),
);

describeErlang("ets tables", () => {
  const oracle = useOracle();

  it("are as OTP's", async () => {
    await using test = await bootTest([]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const body = steps.map(
          (each) => `(catch case {catch ${each}} of {{'EXIT', {W, _}}} -> {raised, W}; O -> O end)`,
        );
        const wrapped = `(fun() -> T = ets:new(t, [ordered_set, public]), S = ets:new(s, [set]), [F() || F <- [${body
          .map((each) => `fun() -> ${each} end`)
          .join(",")}]] end)()`;
        const { ours, theirs } = await onBoth(oracle.run, test.node, [wrapped]);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});
