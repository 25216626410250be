import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Builds `dist` once per run, where it is missing or older than the sources. */
export default function build(): void {
  if (!isStale()) return;
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  // What the compiler says must be seen: the tests would run whatever was there before.
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
}

function isStale(): boolean {
  const built = modified(join(ROOT, "dist", "cli", "main.js"));
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).map((file) =>
    join("src", file),
  );
  return [...sources, "tsconfig.json", "tsconfig.build.json"].some((file) => modified(join(ROOT, file)) > built);
}

/** When a file was written, in milliseconds; 0 where there is none. */
const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
