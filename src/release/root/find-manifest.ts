import { ProblemError } from "../../terms/problem.js";
import type { FileReader } from "../reader.js";

const endings = ["", ".yaml", ".yml"];

/** One path after another. */
export const join = (...parts: readonly string[]): string => parts.join("/").replaceAll(/\/{2,}/g, "/");

/** What lies in a directory: its names once, however often they are asked for. */
export interface Listing {
  readonly directory: string;
  readonly names: readonly string[];
}

export async function listing(reader: FileReader, directory: string): Promise<Listing | undefined> {
  const names = await reader.list(directory);
  return names === undefined ? undefined : { directory, names: names.toSorted() };
}

/**
 * The name of the manifest `name` in whichever form it has there; undefined where it has none. Throws a ProblemError
 * (`two-forms`) where it is there in two: nobody could tell which of them holds.
 */
export function findForm({ directory, names }: Listing, name: string): string | undefined {
  const [found, other] = endings.map((ending) => name + ending).filter((each) => names.includes(each));
  if (found !== undefined && other !== undefined) {
    throw new ProblemError([
      {
        code: "two-forms",
        severity: "error",
        summary: `${found} and ${other} lie side by side in ${directory}`,
        detail: "Both are forms of the same manifest, and nothing says which of them holds.",
        hint: "Keep one of them; relupctl convert makes either from the other.",
      },
    ]);
  }
  return found;
}

/** The content of a file that a listing names. Throws a ProblemError where it is gone since. */
export async function readListed(reader: FileReader, file: string): Promise<Uint8Array> {
  const bytes = await reader.read(file);
  if (bytes !== undefined) return bytes;
  const summary = `${file} is listed in its directory, but it can't be read`;
  throw new ProblemError([{ code: "file-not-readable", severity: "error", summary }]);
}
