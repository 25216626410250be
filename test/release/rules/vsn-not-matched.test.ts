import { expect, it } from "vitest";
import { vsnNotMatched } from "../../../src/release/rules/vsn-not-matched.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { compileModule, serverSource } from "./compile.js";
import { appupText, findings, found, inShop, shop } from "./support.js";

const advanced = "{update, shop, {advanced, []}}";
const appup = appupText("2", `[{"1", [${advanced}]}]`, `[{"1", [${advanced}]}]`);

describeErlang("vsn-not-matched", () => {
  const oracle = useOracle();
  const check = async (old: string, codeChange: string) => {
    const files = {
      ...shop("1", undefined, {}, { "shop.beam": await compileModule(oracle, serverSource(old, undefined)) }),
      ...shop("2", appup, {}, { "shop.beam": await compileModule(oracle, serverSource("-vsn(2).", codeChange)) }),
    };
    return {
      found: await found(vsnNotMatched, files, "root/lib"),
      all: await findings(vsnNotMatched, files, "root/lib"),
    };
  };

  it("finds a declared vsn that no clause takes, in either direction", async () => {
    const { found, all } = await check(
      '-vsn("1.0").',
      'code_change("1", S, _) -> {ok, S}; code_change({down, "1"}, S, _) -> {ok, S}.',
    );
    expect(found).toEqual([
      ['code_change of shop has no clause for "1.0"', `${inShop("2", "shop.appup")}:2 {advanced, []}`],
      ['code_change of shop has no clause for {down,"1.0"}', `${inShop("2", "shop.appup")}:3 {advanced, []}`],
    ]);
    expect(all[0]!.detail).toBe(`${inShop("1", "shop.beam")} declares -vsn("1.0"); the clauses are for "1".`);
  });

  it("finds nothing where a clause takes it, or any", async () => {
    expect((await check('-vsn("1").', 'code_change("1", S, _) -> {ok, S}.')).found).toEqual([]);
    expect(
      (await check('-vsn("1").', 'code_change("0", S, _) -> {ok, S}; code_change(_, S, _) -> {ok, S}.')).found,
    ).toEqual([]);
    // That is another finding.
    expect((await check("", 'code_change("1", S, _) -> {ok, S}.')).found).toEqual([]);
  });
});
