import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAbstractCode, readBeam } from "../../src/beam/beam.js";
import { codeChangeVsn } from "../../src/beam/vsn.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { atom, list, string, tuple, type List } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { each, unpack } from "../terms/etf/batch.js";

/** An Erlang fun of a module's source and the compiler's options: its file. */
const COMPILE = `fun(Source, Options) ->
  {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Source)),
  Split = fun Split([], [], Done) -> lists:reverse(Done);
              Split([{dot, _} = Dot | Rest], Open, Done) -> Split(Rest, [], [lists:reverse([Dot | Open]) | Done]);
              Split([Token | Rest], Open, Done) -> Split(Rest, [Token | Open], Done) end,
  Forms = [element(2, {ok, _} = erl_parse:parse_form(Form)) || Form <- Split(Tokens, [], [])],
  {ok, _, Beam} = compile:forms(Forms, Options), Beam
end`;

const SOURCE = `-module(m). -export([f/1, 'Håll ut'/0]).
  f(X) -> fun(Y) -> {X, Y, "literal", lists:max([X])} end.
  'Håll ut'() -> ets:new(t, []).`;

describeErlang("a module that is compiled", () => {
  const oracle = useOracle();

  const compile = async (source: string, options: string): Promise<Buffer> =>
    oracle.run(`(${COMPILE})(Input, ${options}).`, source);

  it.each([
    ["with debug_info", "[debug_info]", { debug: true, code: true }],
    ["without", "[]", { debug: false, code: false }],
    ["with debug_info, compressed as a whole", "[debug_info, compressed]", { debug: true, code: true }],
    ["without line numbers and types", "[no_line_info, no_type_opt]", { debug: false, code: false }],
    ["deterministically", "[deterministic, debug_info]", { debug: true, code: true }],
    ["with encrypted debug_info", '[debug_info, {debug_info_key, "secret"}]', { debug: true, code: false }],
    ["inlined", "[inline, debug_info]", { debug: true, code: true }],
  ])("%s has the MD5 and the version that beam_lib gives it", async (_name, options, expected) => {
    const beam = await compile(SOURCE, options);
    const info = readBeam(beam);
    const [md5] = await each(oracle, "fun(Beam) -> {ok, {_, Md5}} = beam_lib:md5(Beam), Md5 end", [beam]);
    const [vsn] = await each(oracle, "fun(Beam) -> {ok, {_, V}} = beam_lib:version(Beam), term_to_binary(V) end", [
      beam,
    ]);
    expect(info.md5).toBe(md5!.toString("hex"));
    expect(list(...info.vsn)).toEqual(decodeTerm(vsn!));
    // Without -vsn it is the MD5 as an integer.
    expect(info.vsn).toEqual([BigInt(`0x${info.md5}`)]);
    expect(info.exports).toContainEqual({ function: "Håll ut", arity: 0 });
    expect(info.hasDebugInfo).toBe(expected.debug);
    expect(readAbstractCode(beam) !== undefined).toBe(expected.code);
  });

  it("has the same MD5, and no version, when it is stripped", async () => {
    const beam = await compile(SOURCE, "[debug_info]");
    const [stripped] = await each(oracle, "fun(Beam) -> {ok, {m, Stripped}} = beam_lib:strip(Beam), Stripped end", [
      beam,
    ]);
    const info = readBeam(stripped!);
    expect([...stripped!.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    expect(info).toMatchObject({ module: "m", md5: readBeam(beam).md5, vsn: [], hasDebugInfo: false });
    expect(info.exports).toEqual(readBeam(beam).exports);
  });

  it("has the clauses of its functions in its abstract code", async () => {
    const beam = await compile(SOURCE, "[debug_info]");
    const [theirs] = await each(
      oracle,
      "fun(B) -> {ok, {_, [{_, {raw_abstract_v1, C}}]}} = beam_lib:chunks(B, [abstract_code]), term_to_binary(C, [{minor_version, 1}]) end",
      [beam],
    );
    expect(theirs!.equals(encodeTerm(readAbstractCode(beam)!))).toBe(true);
  });

  it("has all its behaviours and attributes", async () => {
    const beam = await compile(
      "-module(m). -behaviour(gen_server). -behavior(application). -vsn(1). -vsn([2, 3]). -tag({a, b}). -tag([]).",
      "[]",
    );
    const info = readBeam(beam);
    const asked = "fun(B) -> {ok, {_, [{_, A}]}} = beam_lib:chunks(B, [attributes]), term_to_binary(A) end";
    const [theirs] = await each(oracle, asked, [beam]);
    expect(info.behaviours).toEqual(["gen_server", "application"]);
    expect(info.vsn).toEqual([1, 2, 3]);
    const ours = [...info.attributes].map(([name, values]) => tuple(atom(name), list(...values)));
    expect(new Set((decodeTerm(theirs!) as List).elements)).toEqual(new Set(ours));
  });
});

describeErlang("the vsn that code_change gets", () => {
  // release_handler_1 looks for the file of the loaded module, so there must be one.
  const oracle = useOracle();
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "relupctl-vsn-"));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("is that of release_handler_1:get_current_vsn/1", async () => {
    const attributes = [
      '"1.0"',
      "1",
      "foo",
      "[1, 2]",
      "[]",
      '"täg"',
      '"ł"',
      '"a\\n"',
      "[$a]",
      "[foo]",
      '[["1.0"]]',
      "{1, 2}",
    ];
    const sources = attributes.map((vsn, index) => `-module(vsn_${index}). -vsn(${vsn}).`);
    sources.push("-module(vsn_none).", '-module(vsn_two). -vsn("1"). -vsn("2").');
    const answers = await oracle.run(
      `true = code:add_patha(${JSON.stringify(directory)}),
       [begin
          Beam = (${COMPILE})(Source, []),
          {ok, {Module, _}} = beam_lib:version(Beam),
          ok = file:write_file(filename:join(${JSON.stringify(directory)}, atom_to_list(Module) ++ ".beam"), Beam),
          {module, Module} = code:load_file(Module),
          Vsn = term_to_binary(release_handler_1:get_current_vsn(Module), [{minor_version, 1}]),
          [<<(byte_size(Beam)):32>>, Beam, <<(byte_size(Vsn)):32>>, Vsn]
        end || Source <- string:split(Input, "\\n", all)].`,
      sources.map((source) => source.replace("\n", "")).join("\n"),
    );
    const items = unpack(answers);
    expect(items.length).toBe(2 * sources.length);
    sources.forEach((source, index) => {
      const ours = codeChangeVsn(readBeam(items[2 * index]!).vsn);
      expect(Buffer.from(encodeTerm(ours)).toString("hex"), source).toBe(items[2 * index + 1]!.toString("hex"));
    });
    expect(codeChangeVsn(readBeam(items[0]!).vsn)).toEqual(string("1.0"));
  });
});
