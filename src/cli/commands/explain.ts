import type { Command } from "commander";
import { findCode, nearestCodes } from "../explain/find-code.js";
import { explainedCodes, explanationOf } from "../explain/texts.js";
import { CommandError, EXIT } from "../exit.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, type CommonOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { explanationText, explanationsText } from "../views/explain.js";

const NOTES = `
An error reason of OTP may be given as it was printed: relupctl explain '{old_processes,[my_server]}'.`;

/** `explain`: what a finding, a problem, or an error reason of OTP means, and what to do. */
export function registerExplain(program: Command, run: Run): void {
  const command = program
    .command("explain")
    .description("say what a finding, a problem or an error reason of OTP means, and what to do")
    .argument("[code]", "the code; without one, all are listed");
  withNotes(withCommonOptions(command), NOTES).action(async (given: string | undefined, options: CommonOptions) => {
    await run("relupctl/explain@1", options, () => Promise.resolve(given === undefined ? listAll() : explain(given)));
  });
}

function explain(given: string): Report {
  const codes = explainedCodes();
  const code = findCode(given, codes);
  if (code === undefined) {
    const near = nearestCodes(given, codes);
    throw new CommandError(EXIT.usage, {
      code: "unknown-code",
      summary: `there is no text for ${given}`,
      hint: `${near.length === 0 ? "" : `Did you mean ${near.join(", or ")}? `}relupctl explain lists all there are.`,
    });
  }
  const explanation = explanationOf(code);
  return { json: explanation, text: (paint) => explanationText(explanation, paint), exitCode: EXIT.done };
}

function listAll(): Report {
  const explanations = explainedCodes().map(explanationOf);
  return { json: { codes: explanations }, text: (paint) => explanationsText(explanations, paint), exitCode: EXIT.done };
}
