import { expect, it } from "vitest";
import { readAbstractCode, readBeam } from "../../../src/beam/beam.js";
import { oldVsnPatterns } from "../../../src/release/rules/old-vsn-patterns.js";
import { declaredVsn } from "../../../src/beam/vsn.js";
import { printTerm } from "../../../src/terms/print.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { compileModule, serverSource } from "./compile.js";

describeErlang("the old versions that code_change takes", () => {
  const oracle = useOracle();
  const patterns = async (clauses: string, direction: "up" | "down") => {
    const found = oldVsnPatterns(readAbstractCode(await compileModule(oracle, serverSource("", clauses)))!, direction);
    return found && [found.literals.map((literal) => printTerm(literal)).join(" "), found.takesOthers];
  };

  it("are the literals of its clauses, as the terms they are", async () => {
    const vsns = ['"1.0"', "1", "one", '<<"1">>', "{v, 1, [a | b]}", "[]", "$a"];
    const clauses = vsns.map((vsn) => `code_change(${vsn}, S, _) -> {ok, S}`).join(";");
    expect(await patterns(`${clauses}.`, "up")).toEqual(['"1.0" 1 one <<"1">> {v,1,[a|b]} [] 97', false]);
    expect(await patterns(`${clauses}.`, "down")).toEqual(["", false]);
  });

  it("are any where a variable stands, in the direction where it does", async () => {
    const clauses = 'code_change({down, "1"}, S, _) -> {ok, S}; code_change(_, S, _) -> {ok, S}.';
    expect(await patterns(clauses, "up")).toEqual(["", true]);
    expect(await patterns(clauses, "down")).toEqual(['"1"', true]);
    expect(
      await patterns('code_change({down, _}, S, _) -> {ok, S}; code_change("1", S, _) -> {ok, S}.', "down"),
    ).toEqual(["", true]);
  });

  it("are seen through an alias, and believed to be any where a pattern has variables or a guard looks", async () => {
    expect(await patterns('code_change(Vsn = "1", S, _) -> {ok, {Vsn, S}}.', "up")).toEqual(['"1"', false]);
    expect(await patterns('code_change("1" ++ _, S, _) -> {ok, S}.', "up")).toEqual(["", true]);
    expect(await patterns('code_change(Vsn, S, _) when Vsn =:= "1" -> {ok, S}.', "up")).toEqual(["", true]);
    expect(await patterns('code_change(<<"1", _/binary>>, S, _) -> {ok, S}.', "up")).toEqual(["", true]);
  });

  it("are unknown where there is no code_change", async () => {
    const forms = readAbstractCode(await compileModule(oracle, serverSource("", undefined)))!;
    expect(oldVsnPatterns(forms, "up")).toBeUndefined();
  });

  it("tells a declared vsn from the MD5 that the compiler puts in its place", async () => {
    const vsnOf = async (attributes: string) =>
      declaredVsn(readBeam(await compileModule(oracle, serverSource(attributes, undefined))));
    expect(await vsnOf("")).toBeUndefined();
    expect(await vsnOf('-version("0").')).toBeUndefined();
    expect(printTerm((await vsnOf('-vsn("0").'))!)).toBe('"0"');
    expect(printTerm((await vsnOf("-vsn(123456789012345678901234567890)."))!)).toBe("123456789012345678901234567890");
  });
});
