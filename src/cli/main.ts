import { Command, CommanderError } from "commander";
import type { Problem } from "../terms/problem.js";
import { commandsFor } from "./commands.js";
import { EXIT, type ExitCode } from "./exit.js";
import { hideCookie } from "./hide-cookie.js";
import { processIo, type Io } from "./io.js";
import { failureText } from "./report.js";
import { makeRun } from "./run.js";
import { version } from "./version.js";

/**
 * Runs the command line.
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  hideCookie(argv);
  const exitCode = await runCommand(argv, io);
  const failure = await io.written();
  if (failure === undefined || exitCode !== EXIT.done) return exitCode;
  io.err(`error: the result could not be written: ${failure.message}\n`);
  return EXIT.usage;
}

async function runCommand(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = await makeProgram(argv, io, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (wantsJson(argv)) io.out(failureText(schemaOf(program, argv), [usageProblem(error)]));
    return EXIT.usage;
  }
}

async function makeProgram(argv: readonly string[], io: Io, exit: (code: ExitCode) => void): Promise<Command> {
  const run = makeRun(io, exit);
  const program = new Command("relupctl")
    .description("A release handler: plans hot upgrades of Erlang and Elixir releases, and applies them.")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(HELP_HINT)
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => io.paint.width });
  for (const register of await commandsFor(argv)) register(program, run);
  return program;
}

const HELP_HINT = "See relupctl --help, or relupctl COMMAND --help.";

/** True where a usage error has to be told as JSON too; what follows `--` are arguments. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
}

/** The schema of the command that was meant, where it can be told. */
function schemaOf(program: Command, argv: readonly string[]): string {
  const word = argv.find((argument) => !argument.startsWith("-")) ?? "";
  const command = program.commands.find((each) => each.name() === word || each.aliases().includes(word));
  return `relupctl/${command?.name() ?? "error"}@1`;
}

/** Commander's message: `error: ...`, and on a line of its own a suggestion in parentheses. */
function usageProblem({ message }: CommanderError): Problem {
  const [summary, suggestion] = message.split("\n");
  return {
    code: "usage",
    severity: "error",
    summary: summary!.replace(/^error: /, ""),
    hint: [suggestion?.replace(/^\((.*)\)$/, "$1"), HELP_HINT].filter((hint) => hint !== undefined).join(" "),
  };
}
