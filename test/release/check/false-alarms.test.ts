import { expect, it } from "vitest";
import { check } from "../../../src/release/check/check.js";
import { localFiles } from "../../../src/release/local-files.js";
import { rules } from "../../../src/release/rules/index.js";
import { translationRule } from "../../../src/upgrade/translation-rule.js";
import { describeElixir, describeErlang, useOracle } from "../../support/erlang.js";

/** What is installed is right, or can be lived with: each warning is known, and why it is there. */
const EXPECTED_WARNINGS: Readonly<Record<string, string>> = {
  // Written <<"4.3.2">>, meant as the version 4.3.2; it would also take 4.312.
  "version-pattern-too-wide ssh.appup": 'the pattern <<"4.3.2">> also stands for 4.312',
};

const checkAll = (path: string) => check(localFiles, path, [...rules, translationRule]);

async function expectNoAlarm(path: string, leastFiles: number): Promise<void> {
  const { files, problems } = await checkAll(path);
  expect(files.length).toBeGreaterThanOrEqual(leastFiles);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const warnings = problems.map(({ code, span, summary }) => [`${code} ${span!.file.split("/").at(-1)!}`, summary]);
  for (const [name, summary] of warnings) expect(EXPECTED_WARNINGS[name!], name).toBe(summary);
}

describeErlang("check, on the installed OTP", () => {
  const oracle = useOracle();

  it("has no error in any .app and .appup, and no warning but the expected ones", async () => {
    const lib = (await oracle.run("code:lib_dir().")).toString();
    await expectNoAlarm(lib, 40);
  });

  it("has none in each application by itself either", async () => {
    const directories = (
      await oracle.run(
        'lists:join("\\n", [filename:dirname(D) || D <- code:get_path(), filename:basename(D) =:= "ebin"]).',
      )
    )
      .toString()
      .split("\n")
      .filter((directory) => /-[0-9.]+$/.test(directory));
    expect(directories.length).toBeGreaterThan(10);
    for (const directory of directories) await expectNoAlarm(directory, 1);
  });

  it("has none in the installation as a release root", async () => {
    const { problems } = await checkAll((await oracle.run("code:root_dir().")).toString());
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const codes = new Set(problems.map(({ code }) => code));
    // start_clean.rel and no_dot_erlang.rel lie beside start_sasl.rel, and lack sasl.
    expect([...codes].sort()).toEqual(["ambiguous-release", "missing-sasl", "version-pattern-too-wide"]);
  });
});

describeElixir("check, on the installed Elixir", () => {
  const oracle = useOracle();

  it("has no error and no warning in any .app", async () => {
    const elixir = (
      await oracle.run(
        `{ok, Link} = file:read_link_all(os:find_executable("elixir")),
         filename:join([filename:dirname(filename:absname(Link, filename:dirname(os:find_executable("elixir")))), "..", "lib"]).`,
      )
    ).toString();
    await expectNoAlarm(elixir, 5);
  });
});
