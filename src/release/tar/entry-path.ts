import { tarError } from "./problem.js";
import type { TarEntry } from "./reader.js";

/**
 * Where an entry would be unpacked, from the release root on, without `./` and trailing slashes. Only plain files and
 * directories have such a place, and only names that stay below the root.
 * @returns the empty text for the root itself
 * @throws ProblemError `tar-entry-refused` for links, devices, and names that lead elsewhere
 */
export function entryPath({ name, type, linkName }: TarEntry): string {
  if (type !== "file" && type !== "directory") {
    const leads = linkName === "" ? "" : `, which leads to ${JSON.stringify(linkName)}`;
    const what = type === "unknown" ? "an entry of an unknown type" : `a ${type}`;
    throw tarError("tar-entry-refused", `the archive has ${what}: ${JSON.stringify(name)}${leads}`);
  }
  // A backslash is a separator, and a colon ends a drive, where a node runs on Windows.
  if (name === "" || name.startsWith("/") || /[\\\0-\x1f\x7f]/.test(name) || /^[A-Za-z]:/.test(name)) {
    throw refusedName(name);
  }
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refusedName(name);
  if (parts.length === 0 && type === "file") throw refusedName(name);
  return parts.join("/");
}

const refusedName = (name: string): Error =>
  tarError(
    "tar-entry-refused",
    `the archive has an entry whose name leads out of the release root: ${JSON.stringify(name)}`,
  );
