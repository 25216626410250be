import fc from "fast-check";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { localFiles } from "../../src/release/local-files.js";
import { searchDirectories } from "../../src/release/path/directories.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { stringText } from "../../src/terms/access.js";
import { ProblemError } from "../../src/terms/problem.js";
import { list, string, type List } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";

const RUNS = Number(process.env["RELUPCTL_ORACLE_RUNS"] ?? 2_000);

const QUESTION = `
term_to_binary([case catch systools_lib:get_path([Pattern]) of
  {'EXIT', _} -> crash;
  Found -> lists:usort(Found)
end || Pattern <- binary_to_term(Input)]).
`;

const part = fc.oneof(
  fc.constantFrom("lib", "ebin", "a-1.0", "b-2", ".", "*", "*", "*", "none", "file"),
  fc
    .array(fc.constantFrom("*", "a", "b", "-", "1", ".", "0", "[ab]", "+", "\\.", "e", "i"), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.join("")),
);
const pattern = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

describeErlang("search paths against systools_lib:get_path", () => {
  const oracle = useOracle();
  let folder = "";
  let root = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "relupctl-path-"));
    // So deep that no pattern, of four parts at the most, leads out of the folder: what is beside it comes and goes.
    root = join(folder, "1/2/3/4");
    const directories = [
      "lib/a-1.0/ebin",
      "lib/a-10/ebin",
      "lib/b-2/ebin",
      "lib/ab/src",
      "a-1.0/lib",
      "b+1",
      "lib/a+-1",
      "lib/.x",
    ];
    for (const directory of directories) await mkdir(join(root, directory), { recursive: true });
    await writeFile(join(root, "lib/file"), "");
    await writeFile(join(root, "lib/a-10/file"), "");
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("finds the same directories", async () => {
    const patterns = fc.sample(pattern, RUNS).map((each) => `${root}/${each}`);
    const answers = decodeTerm(await oracle.run(QUESTION, encodeTerm(list(...patterns.map(string))))) as List;
    const differences: unknown[] = [];
    let found = 0;
    for (const [index, each] of patterns.entries()) {
      const otp = (answers.elements[index] as List).elements.map((directory) => stringText(directory)!);
      try {
        const ours = (await searchDirectories(localFiles, [each])).map(({ directory }) => directory).sort();
        if (ours.join() !== [...otp].sort().join()) differences.push({ pattern: each, otp, ours });
        if (ours.length > 0) found++;
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
      }
    }
    expect(differences.slice(0, 3)).toEqual([]);
    expect(found).toBeGreaterThan(RUNS / 20);
  });
});
