import { Command, CommanderError } from "commander";
import { registerApply } from "./commands/apply.js";
import { registerCheck } from "./commands/check.js";
import { registerConvert } from "./commands/convert.js";
import { registerPlan } from "./commands/plan.js";
import { registerRelup } from "./commands/relup.js";
import { registerTree } from "./commands/tree.js";
import { EXIT, type ExitCode } from "./exit.js";
import { processIo, type Io } from "./io.js";
import { makeRun } from "./run.js";
import { version } from "./version.js";

/**
 * Runs the command line.
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let exitCode: ExitCode = EXIT.done;
  const program = makeProgram(io, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (argv.includes("--json")) io.out(`${JSON.stringify(usageJson(error), null, 2)}\n`);
    return EXIT.usage;
  }
}

function makeProgram(io: Io, exit: (code: ExitCode) => void): Command {
  const run = makeRun(io, exit);
  const program = new Command("relupctl")
    .description("A release handler: plans hot upgrades of Erlang and Elixir releases, and applies them.")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => io.paint.width });
  for (const register of [registerCheck, registerConvert, registerRelup, registerTree, registerPlan, registerApply])
    register(program, run);
  return program;
}

function usageJson(error: CommanderError): object {
  return {
    schema: "relupctl/error@1",
    ok: false,
    error: {
      code: "usage",
      summary: error.message.replace(/^error: /, ""),
      detail: null,
      hint: "See relupctl --help, or relupctl COMMAND --help.",
    },
  };
}
