import { ProblemError, type Problem } from "../../terms/problem.js";
import { outdatedSyntax } from "../../terms/outdated-syntax.js";
import { decodeSource } from "../../terms/source.js";
import { readSysConfig } from "../sys-config.js";
import type { Reading } from "./reading.js";

/** Reads a `sys.config` and the files that it names: what is wrong with them is kept in the reading. */
export async function checkSysConfig(reading: Reading, file: string): Promise<void> {
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const bytes = await reading.reader.read(path);
    if (bytes !== undefined) texts.set(path, decodeSource(bytes, path));
    return bytes;
  };
  const config = await reading.attempt(file, async () => {
    try {
      return await readSysConfig({ read }, file);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw new ProblemError(error.problems.map(explained) as [Problem, ...Problem[]]);
    }
  });
  if (config === undefined) return;
  for (const [path, text] of texts) reading.warn(outdatedSyntax(text, path));
}

/** A syntax error with what OTP makes of it; one at a fun by its own name. */
function explained(problem: Problem): Problem {
  if (problem.code !== "syntax-error") return problem;
  const consequence = "OTP's release handler takes a sys.config that it can't read for an empty one, without a word.";
  const detail = problem.detail === undefined ? consequence : `${problem.detail}\n${consequence}`;
  if (!isAtFun(problem)) return { ...problem, detail };
  return {
    ...problem,
    code: "sys-config-holds-fun",
    summary: "sys.config holds a fun that can't be read back",
    detail: consequence,
    hint: "Write fun Module:Function/Arity, or {Module, Function} where the application takes that.",
  };
}

/** `fun(X) -> ... end`, or one as it is printed: `#Fun<m.1.2>`. */
function isAtFun({ span }: Problem): boolean {
  if (span === undefined) return false;
  const characters = Array.from(span.lineText);
  const before = characters.slice(0, span.start.column - 1).join("");
  const after = characters.slice(span.start.column - 1).join("");
  return /\bfun\s*$/.test(before) || (before.endsWith("#") && after.startsWith("Fun<"));
}
