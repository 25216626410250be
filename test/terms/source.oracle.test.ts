import fc from "fast-check";
import { expect, it } from "vitest";
import { readEncoding } from "../../src/terms/source.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { ERLANG_FLAGS, limits, PATIENCE } from "./arbitrary.js";
import { consultHere, useConsult, useFile } from "./consult.js";
import { canonical } from "./etf/arbitrary.js";

const soup = fc
  .array(fc.constantFrom(..."% %% c o co coding encod : = \n \r\n \t \xe9 - * a. x latin-1".split(" "), " "), {
    maxLength: 4,
  })
  .map((parts) => parts.join(""));

const comment = fc
  .tuple(
    fc.constantFrom("% ", "%% -*- ", "\n%", "a. % en", ""),
    fc.constantFrom("coding", "coding", "Coding", "codin"),
    fc.constantFrom(":", "=", " : ", "= ", " ", "::", ":\n"),
    fc.constantFrom("latin-1", "Latin-1", "LATIN-1-x", "latin-10", "latin1", "utf-8", "UTF-8", "utf-8-", "utf8", ""),
  )
  .map((parts) => parts.join(""));

/** The first lines of a file, with something like an encoding comment, now and then near the 512th byte. */
const prologue = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 470, max: 512 }) }),
    fc.tuple(soup, comment, soup),
  )
  .map(([padding, parts]) =>
    Buffer.from(`${padding === 0 ? "" : `%${"-".repeat(padding)}`}${parts.join("")}`, "latin1"),
  );

describeErlang("source files", () => {
  const oracle = useOracle(ERLANG_FLAGS);
  const consult = useConsult(oracle);
  const encoding = useFile(oracle, "fun(File) -> atom_to_list(epp:read_encoding(File)) end");

  it("have the encoding that epp finds in them", PATIENCE, async () => {
    const found = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(prologue, { minLength: 1, maxLength: 500, size: "max" }), async (sources) => {
        const theirs = await encoding(sources);
        sources.forEach((source, index) => {
          const expected = theirs[index]!.toString();
          expect(readEncoding(source) ?? "none", JSON.stringify(source.toString("latin1"))).toBe(expected);
          found.add(expected);
        });
      }),
      limits(10),
    );
    expect(found).toEqual(new Set(["none", "latin1", "utf8"]));
  });

  it("of any bytes are read, or refused, as file:consult/1 does", PATIENCE, async () => {
    const bytes = fc
      .tuple(
        fc.constantFrom("", "", "% coding: latin-1\n", "% coding: utf-8\n"),
        fc.constantFrom("'", '"', "{$", "a. % ", ""),
        fc.uint8Array({ maxLength: 6 }),
        fc.constantFrom("'.", '".', "}.", ".\n", "\nb.", ""),
      )
      .map(([comment, before, middle, after]) =>
        Buffer.concat([Buffer.from(comment + before), middle, Buffer.from(after)]),
      )
      .filter((source) => source.indexOf("\ufeff") !== 0);
    let accepted = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 200, maxLength: 400, size: "max" }), async (sources) => {
        const theirs = await consult(sources);
        asked += sources.length;
        sources.forEach((source, index) => {
          const expected = theirs[index];
          const ours = consultHere(source);
          const context = JSON.stringify(source.toString("latin1"));
          expect(ours === undefined, context).toBe(expected === undefined);
          if (expected !== undefined) expect(canonical(ours!) === canonical(expected), context).toBe(true);
          if (expected !== undefined) accepted++;
        });
      }),
      limits(10),
    );
    expect(accepted).toBeGreaterThan(asked / 50);
  });
});
