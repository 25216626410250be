import { InvalidArgumentError, Option } from "commander";
import { ALLOWABLE_FINDINGS } from "../upgrade/finding.js";

/**
 * `--allow`: given several times, or once with codes between commas.
 * @param parse gives a code that can be allowed, and throws InvalidArgumentError for any other
 */
export function allowOption(text: string, parse: (code: string) => string): Option {
  return new Option("--allow <code,...>", text)
    .default([], "none")
    .argParser<string[]>((value, earlier) => [...earlier, ...value.split(",").map((code) => parse(code.trim()))]);
}

/** `--allow` of the commands that plan an upgrade. */
export const allowFindingsOption = (): Option =>
  allowOption("findings that don't stand in the way", (code) => {
    const isKnown = ALLOWABLE_FINDINGS.some((each) => each === code);
    if (isKnown) return code;
    throw new InvalidArgumentError(`There is no finding ${code} to allow; there are ${ALLOWABLE_FINDINGS.join(", ")}.`);
  });
