import { expect, it } from "vitest";
import { codeChangeMissing } from "../../../src/release/rules/code-change-missing.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { compileModule, serverSource } from "./compile.js";
import { appupText, findings, found, inShop, shop } from "./support.js";

const up = (instruction: string) => appupText("2", `[{"1", [${instruction}]}]`);
const down = (instruction: string) => appupText("2", "[]", `[{"1", [${instruction}]}]`);
const advanced = "{update, shop, {advanced, []}}";

describeErlang("code-change-missing", () => {
  const oracle = useOracle();
  const compile = (source: string) => compileModule(oracle, source);
  const check = async (appup: string, source: string) =>
    found(codeChangeMissing, shop("2", appup, {}, { "shop.beam": await compile(source) }), "root/lib/shop-2");

  it("finds a module whose state is to be changed, but which exports no code_change", async () => {
    const files = shop("2", up(advanced), {}, { "shop.beam": await compile(serverSource("", undefined)) });
    expect(await found(codeChangeMissing, files, "root/lib/shop-2")).toEqual([
      [
        "shop exports no code_change, but its processes' state is to be changed",
        `${inShop("2", "shop.appup")}:2 {advanced, []}`,
      ],
    ]);
    const [problem] = await findings(codeChangeMissing, files, "root/lib/shop-2");
    expect(problem!.detail).toContain(`process that runs ${inShop("2", "shop.beam")}`);
    expect(problem!.hint).toContain("{update, shop}");
  });

  it("finds nothing where it is exported, or the state keeps its form", async () => {
    const without = serverSource("", undefined);
    expect(await check(up(advanced), serverSource("", "code_change(_, S, _) -> {ok, S}."))).toEqual([]);
    expect(await check(up("{update, shop}, {update, shop, soft, []}"), without)).toEqual([]);
    expect(await check(up("{load_module, shop}"), without)).toEqual([]);
  });

  it("knows code_change/4 of gen_statem, and system_code_change/4 of special processes", async () => {
    const statem =
      "-module(shop). -export([init/1, code_change/4]). init(A) -> {ok, a, A}. code_change(_,A,B,_) -> {ok,A,B}.";
    const special =
      "-module(shop). -export([system_continue/3, system_code_change/4]). system_continue(_,_,_) -> ok. system_code_change(S,_,_,_) -> {ok,S}.";
    expect(await check(up(advanced), statem)).toEqual([]);
    expect(await check(up(advanced), special)).toEqual([]);
    expect(await check(up(advanced), special.replaceAll("system_code_change", "other"))).toHaveLength(1);
  });

  it("leaves supervisors to their behaviour, and modules that no process has as its callback to those that have", async () => {
    const supervisor = "-module(shop). -behaviour(supervisor). -export([init/1]). init(_) -> {ok, {#{}, []}}.";
    expect(await check(up(advanced), supervisor)).toEqual([]);
    expect(await check(up(advanced), "-module(shop). -export([price/0]). price() -> 1.")).toEqual([]);
  });

  it("asks the version that is left on the way down, for a static module the one that is gone to", async () => {
    const without = await compile(serverSource("", undefined));
    const having = await compile(serverSource("", "code_change(_, S, _) -> {ok, S}."));
    const statically = "{update, shop, static, default, {advanced, []}, brutal_purge, brutal_purge, []}";
    const files = (appup: string, one: Uint8Array, two: Uint8Array) => ({
      ...shop("1", undefined, {}, { "shop.beam": one }),
      ...shop("2", appup, {}, { "shop.beam": two }),
    });
    expect(await found(codeChangeMissing, files(down(advanced), having, without), "root/lib")).toHaveLength(1);
    expect(await found(codeChangeMissing, files(down(advanced), without, having), "root/lib")).toEqual([]);
    expect(await found(codeChangeMissing, files(down(statically), without, having), "root/lib")).toHaveLength(1);
    expect(await found(codeChangeMissing, files(down(statically), having, without), "root/lib")).toEqual([]);
  });

  it("doesn't judge modules of the embedded node", async () => {
    const files = shop("2", up(advanced), {}, { "shop.js": "exports.init = 1" });
    expect(await found(codeChangeMissing, files, "root/lib/shop-2")).toEqual([]);
  });
});
