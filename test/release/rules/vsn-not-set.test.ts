import { expect, it } from "vitest";
import { vsnNotSet } from "../../../src/release/rules/vsn-not-set.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { compileModule, serverSource } from "./compile.js";
import { appupText, findings, found, inShop, shop } from "./support.js";

const advanced = "{update, shop, {advanced, []}}";
const appup = appupText("2", `[{"1", [${advanced}]}]`, `[{"1", [${advanced}]}]`);
const matching = 'code_change("0", S, _) -> {ok, S}.';

describeErlang("vsn-not-set", () => {
  const oracle = useOracle();
  const module = (attributes: string, codeChange?: string, options?: string) =>
    compileModule(oracle, serverSource(attributes, codeChange), options);
  const root = async (old: Uint8Array, next: Uint8Array) => ({
    ...shop("1", undefined, {}, { "shop.beam": old }),
    ...shop("2", appup, {}, { "shop.beam": next }),
  });

  it("finds an old module without a vsn, where the new code_change expects one", async () => {
    const files = await root(await module(""), await module('-vsn("1").', matching));
    expect(await found(vsnNotSet, files, "root/lib")).toEqual([
      [
        'code_change of shop expects the old version "0", but shop of shop 1 declares no vsn',
        `${inShop("2", "shop.appup")}:2 {advanced, []}`,
      ],
    ]);
  });

  it("says that -version is not -vsn", async () => {
    const files = await root(await module('-version("0").'), await module('-vsn("1").', matching));
    const [problem] = await findings(vsnNotSet, files, "root/lib");
    expect(problem!.detail).toContain("The module says -version, which means nothing to OTP.");
    expect(problem!.hint).toBe("Write -vsn, not -version, in every version of the module.");
  });

  it("takes the new module for the old one where that isn't there, and says so once", async () => {
    const entries = `[{"1", [${advanced}]}, {"0", [${advanced}]}]`;
    const files = (beam: Uint8Array) => shop("2", appupText("2", entries, entries), {}, { "shop.beam": beam });
    const [problem, ...more] = await findings(vsnNotSet, files(await module("", matching)), "root/lib/shop-2");
    expect(more).toEqual([]);
    expect(problem!.detail).toContain("this one stands in for it");
    expect(await found(vsnNotSet, files(await module('-vsn("1").', matching)), "root/lib/shop-2")).toEqual([]);
  });

  it("looks at the way down too", async () => {
    const down = 'code_change({down, "0"}, S, _) -> {ok, S}; code_change(_, S, _) -> {ok, S}.';
    const files = await root(await module(""), await module('-vsn("1").', down));
    expect(await found(vsnNotSet, files, "root/lib")).toMatchObject([
      [expect.anything(), `${inShop("2", "shop.appup")}:3 {advanced, []}`],
    ]);
  });

  it("finds nothing where the old module has a vsn, any version is taken, or nothing can be seen", async () => {
    const next = await module('-vsn("1").', matching);
    expect(await found(vsnNotSet, await root(await module('-vsn("0").'), next), "root/lib")).toEqual([]);
    const any = await module("", "code_change(_, S, _) -> {ok, S}.");
    expect(await found(vsnNotSet, await root(await module(""), any), "root/lib")).toEqual([]);
    const blind = await module("", matching, "[]");
    expect(await found(vsnNotSet, await root(await module(""), blind), "root/lib")).toEqual([]);
  });

  it("finds nothing of a stripped module, which doesn't say", async () => {
    const stripped = await oracle.run("{ok, {_, Beam}} = beam_lib:strip(Input), Beam.", await module(""));
    const files = await root(stripped, await module('-vsn("1").', matching));
    expect(await found(vsnNotSet, files, "root/lib")).toEqual([]);
  });
});
