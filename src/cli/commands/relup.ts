import { InvalidArgumentError, Option, type Command } from "commander";
import type { Form } from "../../release/draft/draft.js";
import { localFiles } from "../../release/local-files.js";
import { parseTerm } from "../../terms/parse.js";
import { ProblemError, throwProblems, type Problem } from "../../terms/problem.js";
import { string } from "../../terms/term.js";
import { loadRelupInput, type BaseFile } from "../../upgrade/load-relup-input.js";
import { makeRelup, type MadeRelup } from "../../upgrade/relup.js";
import { CommandError, EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { libraryPath } from "../library-path.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, type CommonOptions } from "../options.js";
import { writeOutputFile } from "../output-file.js";
import { relupOutput } from "../relup-output.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { relupFileText, relupJson, relupText } from "../views/relup.js";
import { printWarnings } from "../views/warnings.js";

interface RelupOptions extends CommonOptions {
  readonly to: string;
  readonly upFrom: readonly BaseFile[];
  readonly downTo: readonly BaseFile[];
  readonly path: readonly string[];
  readonly output?: string;
  readonly toForm?: Form;
  readonly restartEmulator?: boolean;
  readonly warningsAsErrors?: boolean;
  readonly silent?: boolean;
  readonly noexec?: boolean;
}

const NOTES = `
REL is a release file, with or without .rel or .rel.yaml. A relative one is looked for in the working directory, then
along the path. REL=TEXT gives its entry in the relup a description; REL:=TERM one that is an Erlang term.

The path holds the ebin directories of all applications. In a DIR, * stands for any characters of a name. After those
of --path come the applications in ERL_LIBS; without --path, first those in the lib of the release root that REL is in.

  relupctl relup --to rel/shop-2 --up-from rel/shop-1='first prices' \\
      --down-to rel/shop-1 --path 'lib/*/ebin'
`;

/** `relup`: makes a relup out of appups. */
export function registerRelup(program: Command, run: Run): void {
  const command = program
    .command("relup")
    .description("make the relup of a release from its applications' appups, as systools:make_relup/4 does")
    .requiredOption("--to <rel>", "the release that the relup is for")
    .addOption(repeatable("--up-from <rel>", "a release to upgrade from", parseBase))
    .addOption(repeatable("--down-to <rel>", "a release to downgrade to", parseBase))
    .addOption(repeatable("--path <dir>", "where the applications are", (text) => text))
    .option("-o, --output <file>", "the file to write, or its directory; - prints it (default: relup)")
    .addOption(new Option("--to-form <form>", "how to write it; else the file's ending tells").choices(FORMS))
    .option("--restart-emulator", "restart the emulator at the end of each script")
    .option("--warnings-as-errors", "write nothing where there is a warning")
    .option("--silent", "don't print warnings")
    .addOption(new Option("--noexec", "make the relup, but don't write it").conflicts("output"));
  withNotes(withCommonOptions(command), NOTES).action(async (options: RelupOptions) => {
    await run("relupctl/relup@1", options, ({ io }) => relup(options, io));
  });
}

const FORMS = ["yaml", "erlang"] satisfies Form[];

/** An option that may be given several times, each time with one value. */
function repeatable(flags: string, text: string, parse: (text: string) => unknown): Option {
  return new Option(flags, `${text}; may be given several times`)
    .default([], "none")
    .argParser<unknown[]>((value, earlier) => [...earlier, parse(value)]);
}

/** `REL`, `REL=TEXT` or `REL:=TERM`. */
function parseBase(text: string): BaseFile {
  const [, rel, mark, description] = /^(.*?)(?:(:?=)(.*))?$/s.exec(text)!;
  if (rel === "") throw new InvalidArgumentError("It names no release.");
  if (mark === undefined) return { rel: rel! };
  return { rel: rel!, description: mark === "=" ? string(description!) : parseDescription(description!) };
}

function parseDescription(text: string) {
  try {
    return parseTerm(text);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new InvalidArgumentError(`What follows := must be an Erlang term: ${error.message}.`);
  }
}

async function relup(options: RelupOptions, io: Io): Promise<Report> {
  const { to, upFrom, downTo } = options;
  if (upFrom.length === 0 && downTo.length === 0) throw noBase();
  const output = await relupOutput(options.output, options.toForm);
  const path = libraryPath(options.path, to, process.env["ERL_LIBS"]);
  const restartEmulator = options.restartEmulator === true;
  const made = makeRelup(await loadRelupInput(localFiles, { to, upFrom, downTo, path, restartEmulator }));
  if (options.warningsAsErrors === true) refuseWarnings(made);
  const text = relupFileText(made, output);
  const isWritten = options.noexec !== true && output.file !== undefined;
  if (isWritten) await writeOutputFile(output.file, text, true);
  if (options.silent !== true && options.json !== true) printWarnings(made.problems, io);
  const result = { made, output, text, isWritten };
  return { json: relupJson(result), text: (paint) => relupText(result, paint), exitCode: EXIT.done };
}

function noBase(): CommandError {
  return new CommandError(EXIT.usage, {
    code: "usage",
    summary: "it isn't said where the upgrade comes from, nor where a downgrade goes to",
    hint: "Name at least one release with --up-from REL or --down-to REL.",
  });
}

/** systools' `warnings_as_errors`. */
function refuseWarnings({ problems }: MadeRelup): void {
  throwProblems(problems.map((problem): Problem => ({ ...problem, severity: "error" })));
}
