import { hostname, userInfo } from "node:os";
import type { BeginRecord } from "./records.js";

/** Who runs this process, and from where. */
export function operator(version: string): BeginRecord["by"] {
  const { user, uid } = whoAmI();
  return {
    user,
    uid,
    sudoUser: process.env["SUDO_USER"] ?? null,
    host: hostname(),
    // "ADDRESS PORT PORT"
    address: process.env["SSH_CLIENT"]?.split(" ")[0] ?? null,
    directory: process.cwd(),
    pid: process.pid,
    version,
  };
}

/** The user that this process is of, by number where it has no name, as in a container. */
export function whoAmI(): { user: string; uid: number | null } {
  try {
    const { username, uid } = userInfo();
    return { user: username, uid: uid < 0 ? null : uid };
  } catch {
    const uid = process.getuid?.() ?? null;
    return { user: String(uid ?? "unknown"), uid };
  }
}
