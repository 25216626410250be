import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The ending of a journal file: one file an upgrade, named after its id. */
export const JOURNAL_EXTENSION = ".ndjson";

/**
 * Where journals are kept unless somebody says otherwise: `relupctl/journal` in the state directory of the XDG Base
 * Directory Specification, which has no use for a relative path.
 */
export function defaultJournalDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env["XDG_STATE_HOME"] ?? "";
  const state = isAbsolute(given) ? given : join(homedir(), ".local", "state");
  return join(state, "relupctl", "journal");
}
