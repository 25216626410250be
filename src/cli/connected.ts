import { connect, Cookie, findCookie, readTlsFiles } from "../distribution/index.js";
import type { Target } from "../target/target.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import { CommandError, EXIT } from "./exit.js";
import type { Io } from "./io.js";
import type { TargetOptions } from "./options.js";
import { problemText } from "./views/problem.js";

/**
 * Connects to a real node, with the cookie and the certificates that the options name.
 * @param netTickTimeMs after so long without a sign the node is given up
 * @throws CommandError with exit code 1 when the node can't be reached
 */
export async function connectTo(node: string, options: TargetOptions, io: Io, netTickTimeMs: number): Promise<Target> {
  const warn = (problem: Problem): void => {
    io.err(`${problemText(problem, io.paintErr)}\n`);
  };
  try {
    const cookie = await cookieOf(options, warn);
    const tls = await readTlsFiles(options);
    return await connect({ node, cookie, timeoutMs: options.connectTimeout, tls, netTickTimeMs });
  } catch (error) {
    if (error instanceof ProblemError) throw new CommandError(EXIT.usage, error.problems[0]!);
    throw error;
  }
}

async function cookieOf(options: TargetOptions, warn: (problem: Problem) => void): Promise<Cookie> {
  if (options.cookie !== undefined) {
    warn({
      code: "cookie-on-command-line",
      severity: "warning",
      summary: "a cookie on the command line can be seen by everybody on this machine",
      detail: "It is out of the list of processes now, but was there at the start; a shell's history keeps it.",
      hint: "Use --cookie-file FILE, or set RELUPCTL_COOKIE.",
    });
    return new Cookie(options.cookie);
  }
  const found = await findCookie({ file: options.cookieFile });
  if (found.warning !== undefined) warn(found.warning);
  return found.cookie;
}
