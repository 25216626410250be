import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseForms, parseTerm } from "../../src/terms/parse.js";
import { prettyTerm, printTerm } from "../../src/terms/print.js";
import { decodeSource } from "../../src/terms/source.js";
import { equals } from "../../src/terms/equal.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import type { List } from "../../src/terms/term.js";
import { describeElixir, describeErlang, useOracle } from "../support/erlang.js";
import { ERLANG_FLAGS } from "./arbitrary.js";
import { each } from "./etf/batch.js";

const ENDINGS = [".app", ".appup", ".rel", ".script", ".config"];

function manifestsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => ENDINGS.some((ending) => name.endsWith(ending)))
    .map((name) => join(folder, name));
}

/** What file:consult/1 says of each file, and how io_lib prints each of its terms. */
const CONSULT = `fun(File) ->
    {ok, Terms} = file:consult(File),
    Lines = [unicode:characters_to_binary(io_lib:format(Control, [Term])) || Control <- ["~0tp", "~tp"], Term <- Terms],
    term_to_binary([Terms | Lines])
  end`;

async function compare(oracle: ReturnType<typeof useOracle>, files: readonly string[]): Promise<number> {
  const answers = await each(
    oracle,
    CONSULT,
    files.map((file) => Buffer.from(file)),
  );
  let terms = 0;
  files.forEach((file, index) => {
    const [theirs, ...lines] = (decodeTerm(answers[index]!) as List).elements as [List, ...{ bytes: Uint8Array }[]];
    const forms = parseForms(decodeSource(readFileSync(file), file), file);
    const printed = [...forms.map(({ term }) => printTerm(term)), ...forms.map(({ term }) => prettyTerm(term))];
    expect(forms.length, file).toBe(theirs.elements.length);
    forms.forEach(({ term }, at) => {
      expect(equals(term, theirs.elements[at]!), file).toBe(true);
    });
    expect(printed, file).toEqual(lines.map(({ bytes }) => Buffer.from(bytes).toString()));
    for (const [at, text] of printed.entries()) {
      expect(equals(parseTerm(text), theirs.elements[at % forms.length]!), file).toBe(true);
    }
    terms += forms.length;
  });
  return terms;
}

describeErlang("the manifests of OTP", () => {
  const oracle = useOracle(ERLANG_FLAGS);

  it("are read and printed as by OTP itself", async () => {
    const roots = await oracle.run("[code:root_dir(), 0, code:lib_dir()].");
    const files = [...new Set(roots.toString().split("\0").flatMap(manifestsBelow))];
    expect(files.filter((file) => file.endsWith(".appup")).length).toBeGreaterThan(0);
    expect(await compare(oracle, files)).toBeGreaterThan(50);
  });
});

describeElixir("the manifests of Elixir", () => {
  const oracle = useOracle(ERLANG_FLAGS);

  it("are read and printed as by OTP itself", async () => {
    const library = execFileSync("elixir", ["-e", "IO.write(:code.lib_dir(:elixir))"], { encoding: "utf8" });
    expect(await compare(oracle, manifestsBelow(join(library, "..")))).toBeGreaterThan(3);
  });
});
