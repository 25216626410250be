import { Option, type Command } from "commander";
import { convert } from "../../release/convert.js";
import type { Form } from "../../release/draft/draft.js";
import { fileKind } from "../../release/file-kind.js";
import { localFiles } from "../../release/local-files.js";
import { ProblemError } from "../../terms/problem.js";
import { CommandError, EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, type CommonOptions } from "../options.js";
import { writeOutputFile } from "../output-file.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { problemJson } from "../views/problem.js";
import { printWarnings } from "../views/warnings.js";

interface ConvertOptions extends CommonOptions {
  readonly to: Form;
  readonly output?: string;
  readonly force?: boolean;
}

/** `convert`: the same manifest in the other form. */
export function registerConvert(program: Command, run: Run): void {
  const command = program
    .command("convert")
    .description("write a .rel, .app, .appup or relup in its other form; comments are lost, nothing else is")
    .argument("<file>", "the manifest; the ending of its name says its form (.yaml and .yml: YAML, else Erlang)")
    .addOption(new Option("--to <form>", "the form to write").choices(["yaml", "erlang"]).makeOptionMandatory())
    .option("-o, --output <file>", "write to this file; - is standard output, the default")
    .option("--force", "replace the output file where there is one");
  withCommonOptions(command).action(async (file: string, options: ConvertOptions) => {
    await run("relupctl/convert@1", options, ({ io }) => convertFile(file, options, io));
  });
}

async function convertFile(file: string, options: ConvertOptions, io: Io): Promise<Report> {
  const { to } = options;
  const output = options.output === "-" ? undefined : options.output;
  const { kind, form } = kindOf(file, to);
  const bytes = await localFiles.read(file);
  if (bytes === undefined) throw notFound(file);
  const { text, warnings } = convert(kind, bytes, file, to);
  if (output !== undefined) await writeOutputFile(output, text, options.force === true);
  if (options.json !== true) printWarnings(warnings, io);
  return {
    json: {
      file,
      kind,
      from: form,
      to,
      output: output ?? null,
      text: output === undefined ? text : null,
      warnings: warnings.map(problemJson),
    },
    text: ({ good }) =>
      output === undefined ? text.replace(/\n$/, "") : `${good("ok")}: ${file} is written as ${output}`,
    exitCode: EXIT.done,
  };
}

function kindOf(file: string, to: Form) {
  const kind = fileKind(file);
  if (kind === undefined) {
    throw new CommandError(EXIT.usage, {
      code: "unknown-kind",
      summary: `${file} isn't named as a manifest is`,
      detail: "What a file holds is told by its name.",
      hint: "Name it NAME.rel, NAME.app, NAME.appup or relup, with .yaml behind that for the YAML form.",
    });
  }
  if (kind.form === to) {
    throw new CommandError(EXIT.usage, {
      code: "same-form",
      summary: `${file} is written as ${to === "yaml" ? "YAML" : "Erlang terms"} already`,
      hint: `Convert it with --to ${to === "yaml" ? "erlang" : "yaml"}, or name the file in the other form.`,
    });
  }
  return kind;
}

function notFound(file: string): ProblemError {
  return new ProblemError([
    {
      code: "file-not-found",
      severity: "error",
      summary: `there is no file ${file}`,
      hint: "Check the path; it is taken from the working directory.",
    },
  ]);
}
