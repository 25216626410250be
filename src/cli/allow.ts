import { InvalidArgumentError, Option } from "commander";
import { ALLOWABLE_FINDINGS, type FindingCode } from "../upgrade/finding.js";

/** `--allow`: given several times, or once with codes between commas. */
export function allowOption(): Option {
  return new Option("--allow <code,...>", "findings that don't stand in the way")
    .default([], "none")
    .argParser<FindingCode[]>((text, earlier) => [...earlier, ...text.split(",").map(parseCode)]);
}

function parseCode(text: string): FindingCode {
  const code = ALLOWABLE_FINDINGS.find((each) => each === text.trim());
  if (code === undefined) {
    throw new InvalidArgumentError(
      `"${text}" is no finding that can be allowed; ${ALLOWABLE_FINDINGS.join(", ")} are.`,
    );
  }
  return code;
}
