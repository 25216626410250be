import fc from "fast-check";
import { expect, it } from "vitest";
import { UnsupportedRegex } from "../../../src/release/regex/translate.js";
import { matchesWhole } from "../../../src/release/regex/whole-match.js";
import { describeErlang, useOracle } from "../../support/erlang.js";

const RUNS = Number(process.env["RELUPCTL_REGEX_RUNS"] ?? 20_000);
const BATCH = 2_000;

/** Answers, for each pattern and subject, 1 (whole match), 0 (none) or E (no regular expression). */
const QUESTION = `
Pairs = fun Pairs([P, S | Rest]) ->
  Subject = unicode:characters_to_list(S),
  Answer = try re:run(Subject, P, [unicode, {capture, first, list}]) of
    {match, [Subject]} -> $1;
    _ -> $0
  catch error:badarg -> $E
  end,
  [Answer | Pairs(Rest)];
  Pairs(_) -> []
end,
Pairs(binary:split(Input, <<0>>, [global])).
`;

const token = fc.constantFrom(
  ...Array.from("ab01.-_ \n]}"),
  ...Array.from("^$|()"),
  ...["(?:", "(?=", "(?!", ")?", ")*", ")+", "?", "*", "+", "*?", "+?", "??", "{2}", "{1,}", "{0,2}", "{,2}", "{"],
  ...["\\.", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\A", "\\z", "\\Z", "\\x61", "\\x{e9}", "\\-", "\\b", "\\1"],
  ...[
    "[a-b]",
    "[^a]",
    "[]a]",
    "[^]]",
    "[0-9]",
    "[\\d-]",
    "[-a]",
    "[a\\-b]",
    "[\\W]",
    "[[:alpha:]]",
    "[b-a]",
    "[a",
    "é",
  ],
);
const soup = fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join(""));

/** Expressions whose parentheses fit, so that more of them are accepted. */
const { pattern } = fc.letrec<{ pattern: string; sequence: string; piece: string; atom: string }>((tie) => ({
  pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("|")),
  sequence: fc.array(tie("piece"), { maxLength: 4 }).map((parts) => parts.join("")),
  piece: fc.tuple(tie("atom"), fc.constantFrom("", "", "", "?", "*", "+", "*?", "{1,2}", "{2}")).map((p) => p.join("")),
  atom: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("a", "b", "0", "1", "\\.", ".", "\\d", "\\w", "[0-9]", "[^.]", "[ab]", "\\S", "^", "$", "\\n"),
    fc.tuple(fc.constantFrom("(", "(?:", "(?=", "(?!"), tie("pattern")).map(([open, inner]) => `${open}${inner})`),
  ),
}));

const subject = fc
  .array(fc.constantFrom(...Array.from("aabb00112..-_ \né]}{"), "\u{1f600}"), { maxLength: 6 })
  .map((characters) => characters.join(""));

type Pair = readonly [pattern: string, subject: string];

/** What {@link QUESTION} asks, answered by us; undefined for an expression that we don't take. */
function answer(pattern: string, subject: string): string | undefined {
  try {
    return matchesWhole(pattern, subject) ? "1" : "0";
  } catch (error) {
    if (error instanceof UnsupportedRegex) return undefined;
    throw error;
  }
}

describeErlang("regular expressions against re:run", () => {
  const oracle = useOracle();

  async function compare(pairs: readonly Pair[]): Promise<{ accepted: number; matched: number }> {
    const differences: unknown[] = [];
    let accepted = 0;
    let matched = 0;
    for (let start = 0; start < pairs.length; start += BATCH) {
      const batch = pairs.slice(start, start + BATCH);
      const answers = (await oracle.run(QUESTION, batch.flat().join("\0"))).toString();
      for (const [index, [pattern, subject]] of batch.entries()) {
        const ours = answer(pattern, subject);
        if (ours === undefined) continue;
        accepted++;
        if (ours === "1") matched++;
        if (ours !== answers[index]) differences.push({ pattern, subject, ours, erlang: answers[index] });
      }
    }
    expect(differences).toEqual([]);
    return { accepted, matched };
  }

  it("agrees on every expression that it accepts", async () => {
    for (const patterns of [soup, pattern]) {
      const pairs = fc.sample(fc.tuple(patterns, subject), RUNS);
      const { accepted, matched } = await compare(pairs);
      expect(accepted).toBeGreaterThan(RUNS / 10);
      expect(matched).toBeGreaterThan(RUNS / 100);
    }
  });

  it("has re's own character sets", async () => {
    const characters = Array.from({ length: 0x7f }, (_, code) => String.fromCodePoint(code + 1));
    const sets = ["\\d", "\\D", "\\s", "\\S", "\\w", "\\W", ".", "[^\\d]", "[\\W\\d]", "[^\\S]"];
    const pairs = sets.flatMap((set) => characters.map((character) => [set, character] as const));
    expect((await compare(pairs)).accepted).toBe(pairs.length);
  });

  it("accepts what appups write", async () => {
    const pairs = [
      ["[0-9]+\\.[0-9]+\\.[0-9]+", "1.2.3"],
      ["^1\\.(2|3)(\\.[0-9]+)*$", "1.3.0.1"],
      ["2\\.[0-1](\\.\\d+)?", "2.1"],
      [".*", "anything-1+build"],
      ["8\\.5\\.3(?:\\.[0-9]+)*", "8.5.3.2"],
      ["1|1.2", "1.2"],
      ["^0.2.[^.]+$", "0.2.x"],
    ] as const;
    expect(await compare(pairs)).toEqual({ accepted: pairs.length, matched: pairs.length - 1 });
  });
});
