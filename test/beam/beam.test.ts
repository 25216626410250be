import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readAbstractCode, readBeam } from "../../src/beam/beam.js";
import { readChunks } from "../../src/beam/iff.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import type { List } from "../../src/terms/term.js";
import { atom, list, string, tuple, type Term } from "../../src/terms/term.js";
import { buildBeam, withChunk } from "./files.js";

/** See fixtures/beam: two behaviours in both spellings, a vsn, debug information. */
const counter = new Uint8Array(readFileSync(new URL("../../fixtures/beam/counter.beam", import.meta.url)));
const attributes = (...pairs: (readonly [string, Term])[]): Uint8Array =>
  encodeTerm(list(...pairs.map(([name, values]) => tuple(atom(name), values))));

describe("a BEAM file", () => {
  const info = readBeam(counter);

  it("says what module it is, of which version", () => {
    expect(info.module).toBe("counter");
    expect(info.vsn).toEqual(string("1.2.0").elements);
    expect(info.md5).toMatch(/^[0-9a-f]{32}$/);
  });

  it("says what it exports, and what it calls elsewhere", () => {
    expect(info.exports.map(({ function: name, arity }) => `${name}/${arity}`)).toEqual([
      "code_change/3",
      "handle_call/3",
      "handle_cast/2",
      "init/1",
      "module_info/0",
      "module_info/1",
      "start_link/0",
    ]);
    expect(info.imports).toContainEqual({ module: "gen_server", function: "start_link", arity: 4 });
  });

  it("says which behaviours it has, in both spellings", () => {
    expect(info.behaviours).toEqual(["gen_server", "supervisor"]);
  });

  it("has attributes and what the compiler noted", () => {
    expect([...info.attributes.keys()].sort()).toEqual(["author", "behavior", "behaviour", "vsn"]);
    expect(info.attributes.get("author")).toEqual(string("räksmörgås").elements);
    expect(info.compileInfo.get("version")).toEqual(string("8.2.3"));
  });

  it("is read the same when it is compressed as a whole", () => {
    expect(readBeam(gzipSync(counter))).toEqual(info);
    expect(readAbstractCode(gzipSync(counter))).toEqual(readAbstractCode(counter));
  });

  it("has the same MD5 without what does not matter when it runs", () => {
    const kept = [...readChunks(counter).values()].filter(
      ({ name }) => !["Attr", "CInf", "Dbgi", "Line"].includes(name),
    );
    const stripped = readBeam(buildBeam(kept.map(({ name, data }) => [name, data])));
    expect(stripped.md5).toBe(info.md5);
    expect(stripped).toMatchObject({ module: "counter", vsn: [], behaviours: [], hasDebugInfo: false });
    expect(stripped.attributes.size + stripped.compileInfo.size).toBe(0);
    expect(stripped.exports).toEqual(info.exports);
  });

  it("has another MD5 when its code differs", () => {
    const other = withChunk(counter, "Code", (data) => Uint8Array.from([...data.subarray(0, -1), 0]));
    expect(readBeam(other).md5).not.toBe(info.md5);
  });

  it("joins attributes of one name, and counts a behaviour once", () => {
    const bytes = withChunk(counter, "Attr", () =>
      attributes(
        ["vsn", list(1)],
        ["behavior", list(atom("a"))],
        ["behaviour", list(atom("b"), atom("a"))],
        ["vsn", list(2)],
        ["behaviour", list(7)],
      ),
    );
    expect(readBeam(bytes)).toMatchObject({ vsn: [1, 2], behaviours: ["b", "a"] });
  });

  it("has no vsn when no attribute says one", () => {
    expect(readBeam(withChunk(counter, "Attr", () => attributes())).vsn).toEqual([]);
  });
});

describe("debug information", () => {
  const withDebug = (chunk: Uint8Array | undefined): Uint8Array => withChunk(counter, "Dbgi", () => chunk);
  const debug = (backend: string, data: Term): Uint8Array =>
    withDebug(encodeTerm(tuple(atom("debug_info_v1"), atom(backend), data)));
  const forms = list(tuple(atom("attribute"), 1, atom("module"), atom("counter")));

  it("of Erlang is abstract code", () => {
    const code = readAbstractCode(counter) as List;
    expect(code.elements[1]).toEqual(tuple(atom("attribute"), tuple(1, 2), atom("module"), atom("counter")));
    expect(readBeam(counter).hasDebugInfo).toBe(true);
  });

  it.each<[string, Uint8Array, boolean, Term | undefined]>([
    ["Erlang's", debug("erl_abstract_code", tuple(forms, list())), true, forms],
    ["none, compiled without it", debug("erl_abstract_code", tuple(atom("none"), list())), false, undefined],
    ["Elixir's", debug("elixir_erl", tuple(atom("elixir_v1"), list(), list())), true, undefined],
    ["none of Elixir", debug("elixir_erl", atom("none")), false, undefined],
    ["of a format to come", withDebug(encodeTerm(tuple(atom("debug_info_v2"), 1, 2))), false, undefined],
    ["no tuple", withDebug(encodeTerm(list(1))), false, undefined],
    ["an empty chunk", withDebug(new Uint8Array()), false, undefined],
    ["no chunk", withDebug(undefined), false, undefined],
    ["encrypted", withDebug(Uint8Array.of(0, 8, ...Buffer.from("des3_cbc"), 1, 2, 3)), true, undefined],
  ])("%s", (_name, bytes, present, code) => {
    expect(readBeam(bytes).hasDebugInfo).toBe(present);
    expect(readAbstractCode(bytes)).toEqual(code);
  });

  it("from before OTP 20 is in another chunk", () => {
    const chunks = [...readChunks(counter).values()].filter(({ name }) => name !== "Dbgi");
    const abst = encodeTerm(tuple(atom("raw_abstract_v1"), forms));
    const bytes = buildBeam([...chunks.map(({ name, data }) => [name, data] as const), ["Abst", abst]]);
    expect(readBeam(bytes).hasDebugInfo).toBe(true);
    expect(readAbstractCode(bytes)).toEqual(forms);
  });
});
