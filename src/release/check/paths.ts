import type { Listing } from "../root/find-manifest.js";
import type { Reading } from "./reading.js";

/** What lies in a directory, sorted; nothing where there is none. `""` is the working directory. */
export async function namesIn({ reader }: Reading, directory: string): Promise<Listing> {
  const names = await reader.list(directory === "" ? "." : directory);
  return { directory, names: (names ?? []).toSorted() };
}

/** The path of a name in a directory, in the words in which the directory was named. */
export const pathIn = ({ directory }: Pick<Listing, "directory">, name: string): string =>
  directory === "" || directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`;

/** The directory of a file, in the same words: `""` where only its name is given. */
export function directoryOf(file: string): string {
  const end = file.lastIndexOf("/");
  return end === 0 ? "/" : file.slice(0, Math.max(0, end));
}
