import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/**
 * Builds `dist` where it is missing or older than the sources. npm calls it as `prepare`: when a clone is installed, and
 * again the first time that `npx relupctl` is run in the clone. For that npm links the folder into its own cache (there
 * is no other way by which `npx` runs the program of the package that it is in), without a question and without the
 * network; without this look at the files the second build would make it wait for seconds.
 */
export function prepare(): void {
  if (!isStale()) return;
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  // What the compiler says must be seen, and end what needs the build.
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
}

function isStale(): boolean {
  const built = modified(join(ROOT, "dist", "cli", "main.js"));
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).map((file) =>
    join("src", file),
  );
  // Folders too: theirs is the time at which a file was taken away.
  return ["src", ...sources, "tsconfig.json", "tsconfig.build.json"].some((file) => modified(join(ROOT, file)) > built);
}

/** When a file was written, in milliseconds; 0 where there is none. */
const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (process.argv[1] === import.meta.filename) prepare();
