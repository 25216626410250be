import { ProblemError, type Problem } from "../../../src/terms/problem.js";
import type { FileReader } from "../../../src/release/reader.js";

/** Files that are only in memory. A file whose text is null is there, but can't be read. */
export function memoryFiles(files: Readonly<Record<string, string | null>>): FileReader & { readonly reads: string[] } {
  const directories = new Map<string, Set<string>>();
  const add = (path: string): void => {
    const at = path.lastIndexOf("/");
    const directory = at < 0 ? "." : at === 0 ? "/" : path.slice(0, at);
    const names = directories.get(directory) ?? new Set();
    directories.set(directory, names.add(path.slice(at + 1)));
    if (directory !== "." && directory !== "/") add(directory);
  };
  for (const path of Object.keys(files)) add(path);
  const reads: string[] = [];
  return {
    reads,
    read: async (path) => {
      reads.push(path);
      const text = files[path];
      if (text === null) {
        throw new ProblemError([{ code: "file-not-readable", severity: "error", summary: `${path} may not be read` }]);
      }
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    list: async (directory) => {
      const names = directories.get(directory);
      return names === undefined ? undefined : [...names];
    },
  };
}

/** An `.app` file; what isn't given is the least that OTP takes. */
export function appText(name: string, vsn: string, keys: Readonly<Record<string, string>> = {}): string {
  const all = { description: '""', vsn: `"${vsn}"`, modules: "[]", registered: "[]", applications: "[]", ...keys };
  const pairs = Object.entries(all).map(([key, value]) => `{${key}, ${value}}`);
  return `{application, ${name},\n [${pairs.join(",\n  ")}]}.\n`;
}

export const relText = (vsn: string, applications: string, erts = "13.0"): string =>
  `{release, {"test", "${vsn}"}, {erts, "${erts}"},\n [${applications}]}.\n`;

/** The problems that something rejects or throws with; fails when it doesn't. */
export async function problemsOf(what: () => unknown): Promise<readonly Problem[]> {
  try {
    await what();
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
  throw new Error("nothing was refused");
}
