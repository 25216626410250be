import { objectCodeExportsCodeChange, objectCodeIdentity, objectCodeVsn } from "../../otp/beam-lib.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { throwProblems, type Problem } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { Binary } from "../prepared.js";

/** Object code that somebody gives, with what it says of itself. */
export interface GivenModule extends Binary {
  readonly module: string;
  /** In hexadecimal. */
  readonly md5: string;
  readonly vsn: Term;
  readonly exportsCodeChange: boolean;
}

/**
 * What each file of object code says of itself, as the node reads it, in order.
 * @throws ProblemError with every file that the node can't read as object code, and every module that is given twice
 */
export async function readModuleFiles(
  target: Target,
  files: readonly Binary[],
  options: CallOptions,
): Promise<GivenModule[]> {
  const read = await Promise.all(files.map((file) => readModuleFile(target, file, options)));
  const given = read.filter((each) => each !== undefined);
  const problems: Problem[] = files.filter((_, index) => read[index] === undefined).map(notObjectCode);
  for (const [index, { module, file }] of given.entries()) {
    const earlier = given.slice(0, index).find((each) => each.module === module);
    if (earlier !== undefined) problems.push(givenTwice(module, earlier.file, file));
  }
  throwProblems(problems);
  return given;
}

async function readModuleFile(target: Target, file: Binary, options: CallOptions): Promise<GivenModule | undefined> {
  const identity = await objectCodeIdentity(target, file.bytes, options);
  if (identity === undefined) return undefined;
  const [vsn, exportsCodeChange] = await Promise.all([
    objectCodeVsn(target, file.bytes, options),
    objectCodeExportsCodeChange(target, file.bytes, options),
  ]);
  return { ...file, ...identity, vsn, exportsCodeChange: exportsCodeChange === true };
}

const notObjectCode = ({ file }: Binary): Problem => ({
  code: "not-object-code",
  severity: "error",
  summary: `${file} holds no object code that the node can read`,
  hint: "Name compiled modules: .beam files for a real node, .js files for the embedded one.",
});

const givenTwice = (module: string, one: string, other: string): Problem => ({
  code: "module-given-twice",
  severity: "error",
  summary: `${one} and ${other} are both code of ${module}`,
  hint: "Name one file for each module.",
});
