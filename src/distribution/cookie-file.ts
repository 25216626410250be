import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Problem } from "../terms/problem.js";
import { parseCookie, type Cookie } from "./cookie.js";
import { distributionError } from "./problems.js";

export interface CookieSource {
  /** `--cookie-file FILE`: taken before all others. */
  readonly file?: string | undefined;
  /** The environment; `RELUPCTL_COOKIE` is read from it. By default that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The home folder. By default that of the user, `HOME` when it is set. */
  readonly home?: string | undefined;
}

export interface FoundCookie {
  readonly cookie: Cookie;
  /** Where it was found, for messages: a file's name, or `$RELUPCTL_COOKIE`. */
  readonly from: string;
  /** Set when others than the owner can read the file. OTP refuses such a file. */
  readonly warning?: Problem;
}

/**
 * Finds the cookie: the file that was named, else `$RELUPCTL_COOKIE`, else `.erlang.cookie` in the home folder, else in
 * `$XDG_CONFIG_HOME/erlang` (auth:read_cookie). Never makes one. Throws ProblemError `cookie-missing`,
 * `cookie-unreadable` or `cookie-invalid`.
 */
export async function findCookie(source: CookieSource = {}): Promise<FoundCookie> {
  const env = source.env ?? process.env;
  if (source.file !== undefined) {
    const found = await readCookieFile(source.file);
    if (found === undefined) throw unreadable(source.file, "There is no such file.");
    return found;
  }
  const given = env["RELUPCTL_COOKIE"];
  if (given !== undefined && given !== "") {
    return { cookie: parseCookie(given, "$RELUPCTL_COOKIE"), from: "$RELUPCTL_COOKIE" };
  }
  const home = source.home ?? env["HOME"] ?? homedir();
  const files = [
    join(home, ".erlang.cookie"),
    join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "erlang", ".erlang.cookie"),
  ];
  for (const file of files) {
    const found = await readCookieFile(file);
    if (found !== undefined) return found;
  }
  throw distributionError("cookie-missing", "no cookie was given and none was found", {
    detail: `Neither $RELUPCTL_COOKIE is set, nor is there ${files.join(" or ")}.`,
    hint: "Use --cookie-file FILE, or set RELUPCTL_COOKIE, to what erlang:get_cookie() says on the node.",
  });
}

/** Undefined when there is no such file. */
async function readCookieFile(file: string): Promise<FoundCookie | undefined> {
  try {
    const facts = await stat(file);
    if (!facts.isFile()) throw unreadable(file, "It is not a regular file.");
    const cookie = parseCookie(await readFile(file, "latin1"), file);
    const open = process.platform !== "win32" && (facts.mode & 0o077) !== 0;
    return { cookie, from: file, ...(open ? { warning: looseMode(file, facts.mode) } : {}) };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (error.code === "ENOENT") return undefined;
    throw unreadable(file, error.code === "EACCES" ? "Permission was denied." : `${String(error.code)}.`);
  }
}

function looseMode(file: string, mode: number): Problem {
  return {
    code: "cookie-file-mode",
    severity: "warning",
    summary: `${file} can be read by others than its owner`,
    detail: `Its mode is ${(mode & 0o777).toString(8).padStart(4, "0")}. Erlang refuses such a file.`,
    hint: `chmod 400 ${file}`,
  };
}

function unreadable(file: string, detail: string): Error {
  return distributionError("cookie-unreadable", `the cookie file ${file} can't be read`, {
    detail,
    hint: "Name another with --cookie-file FILE, or set RELUPCTL_COOKIE.",
  });
}
