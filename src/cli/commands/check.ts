import { InvalidArgumentError, Option, type Command } from "commander";
import { check } from "../../release/check/check.js";
import { readingCodes } from "../../release/check/codes.js";
import { localFiles } from "../../release/local-files.js";
import { rules as releaseRules } from "../../release/rules/index.js";
import { translationRule } from "../../upgrade/translation-rule.js";
import { allowOption } from "../allow.js";
import { EXIT } from "../exit.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, type CommonOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { checkJson, checkText, type CheckFinding, type CheckResult } from "../views/check.js";
import { checkAnnotations } from "../views/github.js";

interface CheckOptions extends CommonOptions {
  readonly allow: readonly string[];
  readonly strict?: boolean;
  readonly format: "text" | "github";
}

const NOTES = `
A path is a manifest, a sys.config, the directory of an application or of several, a release, or a release root.
docs/checks.md describes every code. Exits with 2 where there is an error.
`;

/** `check`: reads manifests and says what is wrong with them; nothing is connected to. */
export function registerCheck(program: Command, run: Run): void {
  const command = program
    .command("check")
    .description("validate manifests in both forms, sys.config files and release roots, and how they fit together")
    .argument("<path...>", "what to check")
    .addOption(allowOption("findings to pass over", parseCode))
    .option("--strict", "fail on warnings too")
    .addOption(formatOption());
  withNotes(withCommonOptions(command), NOTES).action(async (paths: string[], options: CheckOptions) => {
    await run("relupctl/check@1", options, () => checkPaths(paths, options));
  });
}

const rules = [...releaseRules, translationRule];

const formatOption = (): Option =>
  new Option("--format <format>", "text for people, or annotations for a GitHub workflow")
    .choices(["text", "github"])
    .default("text")
    .conflicts("json");

function parseCode(code: string): string {
  const isKnown = [...rules.flatMap((rule) => rule.codes), ...readingCodes].some((each) => each.code === code);
  if (!isKnown) throw new InvalidArgumentError(`There is no finding ${code}; docs/checks.md has all of them.`);
  return code;
}

async function checkPaths(paths: readonly string[], { allow, strict, format }: CheckOptions): Promise<Report> {
  const checked = await Promise.all(paths.map((path) => check(localFiles, path.replace(/(?<=.)\/+$/, ""), rules)));
  const findings = checked
    .flatMap((each) => each.problems)
    .map((problem): CheckFinding => ({ problem, allowed: allow.includes(problem.code) }));
  const result: CheckResult = { files: [...new Set(checked.flatMap((each) => each.files))], findings };
  const fails = findings.some(
    ({ problem, allowed }) =>
      !allowed && (problem.severity === "error" || (strict === true && problem.severity === "warning")),
  );
  return {
    json: checkJson(result),
    text: (paint) => (format === "github" ? checkAnnotations(result, process.cwd(), paint) : checkText(result, paint)),
    exitCode: fails ? EXIT.invalid : EXIT.done,
  };
}
