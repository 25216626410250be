import { expect, it } from "vitest";
import { notASupervisor } from "../../../src/release/rules/not-a-supervisor.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { compileModule, serverSource } from "./compile.js";
import { appupText, found, inShop, shop } from "./support.js";

const appup = appupText("2", '[{"1", [{update, shop, supervisor}]}]');

describeErlang("not-a-supervisor", () => {
  const oracle = useOracle();
  const check = async (source: string) =>
    found(
      notASupervisor,
      shop("2", appup, {}, { "shop.beam": await compileModule(oracle, source) }),
      "root/lib/shop-2",
    );
  const withInit = (attributes: string) => `-module(shop). ${attributes} -export([init/1]). init(A) -> A.`;

  it("finds a server, and a module that no supervisor can be", async () => {
    const place = `${inShop("2", "shop.appup")}:2 {update, shop, supervisor}`;
    expect(await check(serverSource("", undefined))).toEqual([
      ["shop is updated as a supervisor, but it is a gen_server", place],
    ]);
    expect(await check("-module(shop).")).toEqual([["shop is updated as a supervisor, but it is none", place]]);
  });

  it.each(["-behaviour(supervisor).", "-behavior('Elixir.DynamicSupervisor').", "-behaviour(my_supervisor2).", ""])(
    "finds nothing in a module with init/1 and %s",
    async (attributes) => {
      expect(await check(withInit(attributes))).toEqual([]);
    },
  );

  it("finds nothing in a supervisor that is an application too", async () => {
    expect(await check(withInit("-behaviour(application). -behaviour(supervisor)."))).toEqual([]);
  });
});
