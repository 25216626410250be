import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readAbstractCode, readBeam, type BeamInfo } from "../../src/beam/beam.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { atom, Bitstring, List, list, tuple, type Term } from "../../src/terms/term.js";
import { describeElixir, describeErlang, useOracle } from "../support/erlang.js";
import { canonical } from "../terms/etf/arbitrary.js";
import { each } from "../terms/etf/batch.js";

/** All that `beam_lib` says of the file named by the bytes; `[]` for the vsn of a file without one. */
const ASK_BEAM_LIB = `fun(File) ->
  {ok, Beam} = file:read_file(File),
  {ok, {Module, [{exports, Exports}, {imports, Imports}, {attributes, Attributes}, {compile_info, Compile}]}} =
    beam_lib:chunks(Beam, [exports, imports, attributes, compile_info]),
  {ok, {Module, Md5}} = beam_lib:md5(Beam),
  Vsn = case lists:keymember(vsn, 1, Attributes) of
    true -> {ok, {Module, V}} = beam_lib:version(Beam), V;
    false -> []
  end,
  term_to_binary({Module, Vsn, Md5, Exports, Imports, Attributes, Compile})
end`;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What is read here, in the shape of the answer to {@link ASK_BEAM_LIB}. */
function asAnswer(info: BeamInfo): Term {
  const attributes = [...info.attributes].sort(byName);
  return tuple(
    atom(info.module),
    list(...info.vsn),
    new Bitstring(Uint8Array.from(Buffer.from(info.md5, "hex"))),
    list(...info.exports.map((name) => tuple(atom(name.function), name.arity))),
    list(...info.imports.map((name) => tuple(atom(name.module), atom(name.function), name.arity))),
    list(...attributes.map(([name, values]) => tuple(atom(name), list(...values)))),
    list(...[...info.compileInfo].map(([name, value]) => tuple(atom(name), value))),
  );
}

function beamFiles(libraries: string): string[] {
  return readdirSync(libraries).flatMap((library) => {
    const ebin = join(libraries, library, "ebin");
    try {
      return readdirSync(ebin)
        .filter((file) => file.endsWith(".beam"))
        .map((file) => join(ebin, file));
    } catch {
      return [];
    }
  });
}

/** Some of many, evenly. */
const sample = (files: readonly string[], count: number): string[] =>
  files.filter((_, index) => index % Math.ceil(files.length / count) === 0);

async function compare(oracle: ReturnType<typeof useOracle>, files: readonly string[]): Promise<void> {
  const answers = await each(
    oracle,
    ASK_BEAM_LIB,
    files.map((file) => Buffer.from(file)),
  );
  const different = files.filter((file, index) => {
    const ours = asAnswer(readBeam(readFileSync(file)));
    const theirs = answers[index]!;
    return (
      !theirs.equals(encodeTerm(ours)) && (theirs.length === 0 || canonical(decodeTerm(theirs)) !== canonical(ours))
    );
  });
  expect(different).toEqual([]);
}

/** A digest of the abstract code in the file, or nothing where there is none. */
const ASK_ABSTRACT_CODE = `fun(File) ->
  {ok, Beam} = file:read_file(File),
  case beam_lib:chunks(Beam, [debug_info]) of
    {ok, {_, [{debug_info, {debug_info_v1, erl_abstract_code, {Forms, _}}}]}} when Forms =/= none ->
      term_to_binary(Forms, [{minor_version, 1}]);
    {ok, {_, [{debug_info, {debug_info_v1, elixir_erl, _}}]}} -> []
  end
end`;

async function compareCode(oracle: ReturnType<typeof useOracle>, files: readonly string[]): Promise<number> {
  const answers = await each(
    oracle,
    ASK_ABSTRACT_CODE,
    files.map((file) => Buffer.from(file)),
  );
  let found = 0;
  files.forEach((file, index) => {
    const bytes = readFileSync(file);
    const code = readAbstractCode(bytes);
    const theirs = answers[index]!;
    if (code !== undefined) found++;
    expect(code === undefined ? 0 : Buffer.compare(theirs, encodeTerm(code)), file).toBe(0);
    expect(code === undefined, file).toBe(theirs.length === 0);
    if (code !== undefined) expect(code).toBeInstanceOf(List);
  });
  return found;
}

describeErlang("every module of the installed OTP", () => {
  const oracle = useOracle();

  it("is what beam_lib says of it", async () => {
    const libraries = (await oracle.run("code:lib_dir().")).toString();
    const files = beamFiles(libraries);
    expect(files.length).toBeGreaterThan(300);
    await compare(oracle, files);
  });

  it("has the abstract code that beam_lib finds", async () => {
    const libraries = (await oracle.run("code:lib_dir().")).toString();
    const files = sample(beamFiles(libraries), 30);
    expect(await compareCode(oracle, files)).toBeGreaterThan(0);
  });
});

describeElixir("every module of the installed Elixir", () => {
  const oracle = useOracle();
  const libraries = (): string =>
    join(execFileSync("elixir", ["-e", "IO.write(:code.lib_dir(:elixir))"], { encoding: "utf8" }), "..");

  it("is what beam_lib says of it", async () => {
    const files = beamFiles(libraries());
    expect(files.length).toBeGreaterThan(100);
    await compare(oracle, files);
  });

  it("has no abstract code of its own", async () => {
    const files = sample(beamFiles(libraries()), 10);
    for (const file of files) expect(readBeam(readFileSync(file)).hasDebugInfo).toBe(true);
    await compareCode(oracle, files);
  });
});
