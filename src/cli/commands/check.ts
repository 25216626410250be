import type { Command } from "commander";
import { check } from "../../release/check/check.js";
import { localFiles } from "../../release/local-files.js";
import { EXIT } from "../exit.js";
import { withCommonOptions, type CommonOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { checkJson, checkText } from "../views/check.js";

export function registerCheck(program: Command, run: Run): void {
  const command = program
    .command("check")
    .description("validate manifests: .rel, .app, .appup, relup, their YAML forms, sys.config, or a release root")
    .argument("<path...>", "files, directories of applications, release roots");
  withCommonOptions(command).action(async (paths: string[], options: CommonOptions) => {
    await run("relupctl/check@1", options, () => checkPaths(paths));
  });
}

async function checkPaths(paths: readonly string[]): Promise<Report> {
  const checked = await Promise.all(paths.map((path) => check(localFiles, path.replace(/(?<=.)\/+$/, ""))));
  const files = checked.flatMap((each) => each.files);
  const problems = checked.flatMap((each) => each.problems);
  const isInvalid = problems.some(({ severity }) => severity === "error");
  return {
    json: checkJson(files, problems),
    text: (paint) => checkText(files, problems, paint),
    exitCode: isInvalid ? EXIT.invalid : EXIT.done,
  };
}
